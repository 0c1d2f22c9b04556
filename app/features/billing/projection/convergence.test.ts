/**
 * Whatever becomes of events and workers, the tables end equal to Stripe, each email is sent once, and there are never two live
 * subscriptions. TRACES says how many lives are tried, FAST_CHECK_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { and, eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { HOUR_MS } from '../../../platform/clock.ts';
import { auditEvents } from '../../audit/schema.ts';
import { emailMessages } from '../../email/schema.ts';
import { isLive } from '../catalog/access.ts';
import { isPlan, planOf } from '../catalog/catalog.ts';
import { createEnvironment, type Environment, type World } from '../testing/convergence/environment.ts';
import { type Handler, runTrace } from '../testing/convergence/run.ts';
import type { States } from '../testing/convergence/states.ts';
import { type Step, trace } from '../testing/convergence/trace.ts';

const TRACES = Number(process.env.TRACES ?? 60);
const heard = { do: 'deliver', which: 0, times: 1, again: false } as const;
const work = { do: 'work', which: 0, dieAt: 0 } as const;
/** Lives that once ended wrongly; they come first. */
const KNOWN: [Step[]][] = [
  // The job that follows the members took the second subscription, which is cancelled later, for the one that counts.
  [[{ do: 'buy', plan: 'pro' }, heard, { do: 'wait', days: 1 }, { do: 'join' }, { do: 'second' }]],
  // A plan without seats became one with seats at Stripe, and nobody counted the members.
  [
    [
      { do: 'buy', plan: 'scale' },
      ...[heard, heard, work, work, work],
      { do: 'join' },
      ...[work, work, work],
      { do: 'change', plan: 'pro', interval: 'month' },
    ],
  ],
];
/** The naive handlers meet what breaks them among the first few of these. */
const NAIVE = { numRuns: 400, seed: 9, endOnFailure: true };
const seed = Number(process.env.FAST_CHECK_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe(`billing converges (seed ${seed})`, { timeout: HOUR_MS }, () => {
  let environment: Environment;
  let worlds = 0;
  const states: States = new Map();
  before(async () => {
    environment = await createEnvironment();
  });
  after(() => environment.close());

  async function live(steps: Step[], handler: Handler) {
    const world = await environment.open(++worlds);
    return { world, differences: await runTrace(world, steps, handler, handler === 'ours' ? states : undefined) };
  }

  it('and ends equal to Stripe, with each mail sent once and one live subscription at most', {
    timeout: HOUR_MS,
  }, async (t) => {
    await fc.assert(
      fc.asyncProperty(trace, async (steps) => {
        const { world, differences } = await live(steps, 'ours');
        assert.deepEqual(differences, []);
        await assertOneSubscription(world);
        await assertSeats(world);
        await assertMails(world);
      }),
      { numRuns: TRACES, seed, endOnFailure: TRACES > 1_000, examples: KNOWN },
    );
    t.diagnostic(`${TRACES} lives came through ${states.size} distinct states of subscriptions`);
    if (TRACES > 1_000) for (const [state, times] of states) t.diagnostic(`${times} × ${state}`);
  });

  for (const handler of ['applies payloads', 'fetches before it locks'] as const) {
    it(`unlike a handler that ${handler}, which the same traces break`, async () => {
      const result = await fc.check(
        fc.asyncProperty(trace, async (steps) => {
          const { differences } = await live(steps, handler);
          const wrong = differences.filter(({ kind, fields, change }) => {
            return (
              kind === 'subscription' && (change !== 'changed' || 'status' in fields || handler !== 'applies payloads')
            );
          });
          assert.deepEqual(wrong, []);
        }),
        NAIVE,
      );
      assert.ok(result.failed, `${NAIVE.numRuns} traces did not break it`);
    });
  }
});

/** At Stripe itself, too: what was bought twice has been cancelled. */
async function assertOneSubscription({ stripe, organizationId }: World): Promise<void> {
  const customers = await stripe.customers.list({ limit: 100 });
  const own = customers.data.filter(({ metadata }) => metadata.organization_id === organizationId);
  assert.ok(own.length <= 1);
  for (const { id } of own) {
    const subscriptions = await stripe.subscriptions.list({ customer: id, status: 'all', limit: 100 });
    const alive = subscriptions.data.filter(({ status }) => isLive(status));
    assert.ok(alive.length <= 1, `${alive.length} live subscriptions`);
  }
}

/** A plan with seats is paid for each member. */
async function assertSeats({ stripe, organizationId, start }: World): Promise<void> {
  const { customers, seats } = start();
  const customer = await customers.find(organizationId);
  if (customer === undefined) return;
  const { data } = await stripe.subscriptions.list({ customer, limit: 100 });
  const members = await seats.count(organizationId);
  for (const { status, items } of data.filter((one) => isLive(one.status))) {
    const plan = items.data[0]?.price.metadata.plan;
    if (!isPlan(plan) || !planOf(plan).seats) continue;
    assert.equal(items.data[0]!.quantity, members, `seats of a subscription that is ${status}`);
  }
}

async function assertMails({ db, stripe, organizationId, access }: World): Promise<void> {
  const mails = await db
    .select({ key: emailMessages.key })
    .from(emailMessages)
    .where(eq(emailMessages.userId, access.userId));
  const keys = mails.map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
  const customers = await stripe.customers.list({ limit: 100 });
  const customer = customers.data.find(({ metadata }) => metadata.organization_id === organizationId);
  if (!customer) return;
  const invoices = await stripe.invoices.list({ customer: customer.id, limit: 100 });
  const paid = invoices.data.filter((invoice) => invoice.status === 'paid' && invoice.amount_paid > 0);
  assert.deepEqual(
    keys.filter((key) => key.startsWith('receipt:')).sort(),
    paid.map(({ id }) => `receipt:${id}:${access.userId}`).sort(),
    'a receipt for each paid invoice',
  );
  const recorded = await db
    .select({ id: auditEvents.targetId, times: sql<number>`count(*)::int` })
    .from(auditEvents)
    .where(and(eq(auditEvents.ownerId, organizationId), eq(auditEvents.action, 'invoice.paid')))
    .groupBy(auditEvents.targetId);
  assert.deepEqual(recorded.map(({ id, times }) => `${id} ${times}`).sort(), paid.map(({ id }) => `${id} 1`).sort());
  for (const invoice of invoices.data.filter(({ status, attempt_count }) => status === 'open' && attempt_count > 0)) {
    const attempt = `${invoice.id}:${invoice.attempt_count}:${access.userId}`;
    // The bank either declines or wants a confirmation.
    const told = keys.filter(
      (key) => key === `payment-failed:${attempt}` || key === `payment-action-required:${attempt}`,
    );
    assert.ok(told.length > 0, `nothing about the attempt ${attempt}`);
  }
}
