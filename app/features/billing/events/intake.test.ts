import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import Stripe from 'stripe';
import { createTestDatabase } from '../../../../test/database.ts';
import { assertProblem, startTestService, type TestService } from '../../../../test/service.ts';
import { stripeEvents } from '../schema.ts';

const [OLD_SECRET, NEW_SECRET] = ['whsec_the_old_secret_while_rotating', 'whsec_the_new_secret'];

describe('taking in events of Stripe', () => {
  let test: TestService;
  let sequence = 0;
  before(async () => {
    test = await startTestService({ env: { STRIPE_WEBHOOK_SECRET: `${NEW_SECRET},${OLD_SECRET}` }, jobs: false });
  });
  after(() => test.close());

  const event = (fields: Record<string, unknown> = {}) => ({
    id: `evt_${++sequence}`,
    object: 'event',
    type: 'customer.subscription.updated',
    created: Math.floor(test.clock.now().getTime() / 1_000),
    api_version: Stripe.API_VERSION,
    data: { object: { object: 'subscription', id: 'sub_1', customer: 'cus_1' } },
    ...fields,
  });

  function sign(payload: string, { secret = NEW_SECRET, ageSeconds = 0 } = {}): string {
    const timestamp = Math.floor(test.clock.now().getTime() / 1_000) - ageSeconds;
    return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  }

  async function post(payload: string, signature: string | undefined, base = test.url) {
    const response = await fetch(`${base}/v1/webhooks/stripe`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(signature !== undefined && { 'stripe-signature': signature }),
      },
      body: payload,
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  const send = (fields?: Record<string, unknown>, signing?: Parameters<typeof sign>[1]) => {
    const payload = JSON.stringify(event(fields));
    return post(payload, sign(payload, signing));
  };

  const stored = async () => (await test.service.db.$count(stripeEvents)) ?? 0;
  const waiting = async (queue: string) => {
    const { rows } = await test.service.db.execute<{ data: { customerId?: string; disputeId?: string } }>(
      sql`select data from pgboss.job where name = ${queue} and state = 'created' order by data::text`,
    );
    // Without whose trace it continues.
    return rows.map(({ data: { customerId, disputeId } }) => (disputeId ? { disputeId } : { customerId }));
  };
  const counted = async (type: string, outcome: string) => {
    const { values } = await test.service.metrics.stripe_events_total.get();
    return (
      (values as { labels: { type?: string; outcome?: string }; value: number }[]).find(
        ({ labels }) => labels.type === type && labels.outcome === outcome,
      )?.value ?? 0
    );
  };

  it('stores an event as it came, under either secret while they rotate', async () => {
    for (const secret of [NEW_SECRET, OLD_SECRET]) {
      const payload = JSON.stringify(event());
      assert.equal((await post(payload, sign(payload, { secret }))).status, 200);
      const [row] = await test.service.db
        .select()
        .from(stripeEvents)
        .where(sql`id = ${JSON.parse(payload).id}`);
      assert.equal(row!.payload.toString(), payload);
      assert.equal(row!.customerId, 'cus_1');
    }
  });

  it('takes an event that was five minutes on its way, and one signed under several secrets, as while Stripe rolls one', async () => {
    assert.equal((await send({}, { ageSeconds: 299 })).status, 200);
    const payload = JSON.stringify(event());
    const [timestamp, other] = sign(payload, { secret: 'whsec_of_tomorrow' }).split(',');
    const [, ours] = sign(payload).split(',');
    assert.equal((await post(payload, [timestamp, other, ours].join(','))).status, 200);
  });

  it('stores a repeated delivery once, and says that it is stored', async () => {
    const payload = JSON.stringify(event());
    const before = await stored();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(payload, sign(payload))));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(await stored(), before + 1);
    assert.ok((await counted('customer.subscription.updated', 'duplicate')) >= 19);
  });

  it('leaves one waiting job for many events of one customer', async () => {
    const customer = 'cus_busy';
    await Promise.all(
      Array.from({ length: 30 }, () => send({ data: { object: { object: 'subscription', customer } } })),
    );
    const jobs = (await waiting('billing.project')).filter((data) => data.customerId === customer);
    assert.deepEqual(jobs, [{ customerId: customer }]);
  });

  const refusals: [string, () => Promise<{ status: number; headers: Headers; body: unknown }>][] = [
    ['without a signature', () => post(JSON.stringify(event()), undefined)],
    ['with an empty one', () => post(JSON.stringify(event()), '')],
    ['with another secret', () => send({}, { secret: 'whsec_of_somebody_else' })],
    ['with one made over another body', () => post(JSON.stringify(event()), sign(JSON.stringify(event())))],
    ['older than five minutes', () => send({}, { ageSeconds: 301 })],
    [
      'with two',
      () => {
        const payload = JSON.stringify(event());
        return post(payload, `${sign(payload)}, ${sign(payload)}`);
      },
    ],
  ];
  for (const [what, request] of refusals) {
    it(`refuses an event ${what}, stores nothing, and counts it`, async () => {
      const [before, refused] = [await stored(), await counted('unverified', 'refused')];
      assertProblem((await request()) as never, 400, 'invalid_signature');
      assert.equal(await stored(), before);
      assert.equal(await counted('unverified', 'refused'), refused + 1);
    });
  }

  for (const [body, code] of [
    ['{', 'malformed_json'],
    ['{"id":1}', 'validation_failed'],
    ['null', 'validation_failed'],
  ] as const) {
    it(`names what is wrong with ${body}, which is signed: nobody is paged as for a forgery`, async () => {
      const [before, unusable] = [await stored(), await counted('unusable', 'refused')];
      const forged = await counted('unverified', 'refused');
      assertProblem((await post(body, sign(body))) as never, 400, code);
      assert.equal(await stored(), before);
      assert.equal(await counted('unusable', 'refused'), unusable + 1);
      assert.equal(await counted('unverified', 'refused'), forged);
      assertProblem((await post(body, sign(body, { secret: 'whsec_other' }))) as never, 400, 'invalid_signature');
    });
  }

  it('acknowledges a thin event, which a v2 destination sends, if it is signed', async () => {
    const thin = {
      ...{ id: 'evt_test_65', object: 'v2.core.event', type: 'v1.billing.meter.error_report_triggered' },
      ...{ created: '2026-11-22T12:00:00.000Z', related_object: null, livemode: false },
    };
    const [before, forged] = [await stored(), await counted('unverified', 'refused')];
    const payload = JSON.stringify(thin);
    for (const secret of [NEW_SECRET, OLD_SECRET])
      assert.equal((await post(payload, sign(payload, { secret }))).status, 200);
    assert.equal(await stored(), before);
    assert.deepEqual([await counted('thin', 'ignored'), await counted('unverified', 'refused')], [2, forged]);
    assertProblem((await post(payload, sign(payload, { secret: 'x' }))) as never, 400, 'invalid_signature');
  });

  it('acknowledges what it does not act on, with no job', async () => {
    const before = (await waiting('billing.project')).length;
    for (const fields of [
      { type: 'a.type.of.tomorrow' },
      { type: 'product.created', data: { object: { object: 'product', id: 'prod_1' } } },
      { type: 'customer.updated', data: {} },
      { type: 'invoice.paid', data: { object: { object: 'invoice', customer: null } } },
      { type: 'invoice.paid', data: { object: { object: 'invoice', customer: 'x'.repeat(300) } } },
      { type: 'invoice.paid', data: undefined },
    ]) {
      assert.equal((await send(fields)).status, 200, JSON.stringify(fields));
    }
    assert.equal((await waiting('billing.project')).length, before);
    assert.ok((await counted('other', 'ignored')) >= 2);
  });

  it('takes an event of another API version, and one of a megabyte', async () => {
    assert.equal((await send({ api_version: '2017-01-27' })).status, 200);
    assert.equal((await send({ padding: 'x'.repeat(1_000_000) })).status, 200);
    assertProblem((await send({ padding: 'x'.repeat(3_000_000) })) as never, 413, 'payload_too_large');
  });

  it('finds the customer of what was just taken from it in the previous attributes', async () => {
    const object = { object: 'payment_method', id: 'pm_1', customer: null };
    const data = { object, previous_attributes: { customer: 'cus_detached' } };
    assert.equal((await send({ type: 'payment_method.detached', data })).status, 200);
    assert.ok((await waiting('billing.project')).some(({ customerId }) => customerId === 'cus_detached'));
    for (const previous of [null, 'cus_1', { customer: 7 }, { customer: null }]) {
      const odd = { object, previous_attributes: previous };
      assert.equal((await send({ type: 'payment_method.detached', data: odd })).status, 200);
    }
  });

  it('asks about a dispute by its own id', async () => {
    await send({ type: 'charge.dispute.created', data: { object: { object: 'dispute', id: 'dp_1', charge: 'ch_1' } } });
    assert.deepEqual(await waiting('billing.dispute'), [{ disputeId: 'dp_1' }]);
  });

  it('does not say 200 before the event is durable: with the database away it asks Stripe to repeat', async () => {
    const database = await createTestDatabase();
    const env = { STRIPE_WEBHOOK_SECRET: NEW_SECRET };
    const lost = await startTestService({ env, jobs: false, databaseUrl: database.url });
    await lost.service.db.execute(sql`alter table stripe_events rename to elsewhere`);
    const payload = JSON.stringify(event());
    assertProblem((await post(payload, sign(payload), lost.url)) as never, 500, 'internal_error');
    await lost.service.db.execute(sql`alter table elsewhere rename to stripe_events`);
    assert.equal((await post(payload, sign(payload), lost.url)).status, 200);
    await lost.close();
    await database.close();
  });

  it('is not there without a secret', async () => {
    const off = await startTestService({ jobs: false });
    const payload = JSON.stringify(event());
    assertProblem((await post(payload, sign(payload), off.url)) as never, 404, 'not_found');
    await off.close();
  });
});
