/** Workers in trouble: the database away while they deliver, several of them, and clocks that differ. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestClock } from '../../../test/clock.ts';
import { eventually, rows, value } from '../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { startTcpProxy } from '../../../test/tcp-proxy.ts';
import { MINUTE_MS } from '../../platform/clock.ts';
import { answerWith, type Receiver, startReceiver } from './testing/receiver.ts';
import { seedEndpoint } from './testing/seed.ts';

const DATA = { name: 'A', slug: 'abc', previous: { name: 'B', slug: 'abd' } };

describe('workers that deliver webhooks', { timeout: 180_000 }, () => {
  /** Emits, and delivers nothing. */
  let test: TestService;
  let receiver: Receiver;
  before(async () => {
    test = await startTestService({ jobs: false });
    receiver = await startReceiver();
  });
  after(async () => {
    // Also those of a test that failed: an open worker would keep the process from ending.
    await Promise.all([...workers].map((each) => each.close()));
    await test.close();
    await receiver.close();
  });

  const workers = new Set<TestService>();
  async function worker(databaseUrl = test.service.config.databaseUrl, options = {}): Promise<TestService> {
    const started = await startTestService({ databaseUrl, schedules: false, ...options });
    workers.add(started);
    return started;
  }
  async function stop(running: TestService): Promise<void> {
    workers.delete(running);
    await running.close();
  }

  async function emit(organizations: readonly string[], count: number): Promise<void> {
    const { db, events } = test.service;
    for (let sent = 0; sent < count; sent++)
      await db.transaction((tx) =>
        events.emit(tx, organizations[sent % organizations.length]!, 'organization.updated', DATA),
      );
  }
  async function seed(count: number) {
    const { url } = receiver;
    const all = await Promise.all(Array.from({ length: count }, () => seedEndpoint(test.service, { url })));
    return all.map(({ organizationId }) => organizationId);
  }
  const open = (organizations: readonly string[]) =>
    value(
      test,
      `select count(*)::int from webhook_deliveries where organization_id = any($1) and status <> 'succeeded'`,
      organizations,
    );
  const idsOf = (organizations: readonly string[]) =>
    receiver.received
      .filter(({ body }) => organizations.includes(JSON.parse(body).organizationId))
      .map(({ headers }) => headers['webhook-id']!);
  /** Ends the leases of those who could not give them back. */
  const endLeases = () =>
    rows(test, `update webhook_endpoints set leased_until = now() - interval '1 second' where lease_id is not null`);

  it('lose no event and go on when the database restarts while they deliver', async () => {
    const EVENTS = 200;
    const proxy = await startTcpProxy(test.service.config.databaseUrl);
    const delivering = await worker(proxy.url);
    const organizations = await seed(4);
    receiver.answer = answerWith(200);
    for (let restart = 1; restart <= 3; restart++) {
      const before = receiver.received.length;
      await emit(organizations, EVENTS / 4);
      await eventually('they deliver', () => receiver.received.length > before, 60_000);
      proxy.open = false;
      proxy.cut();
      const faults = () => delivering.logs.filter((line) => /due webhooks could not be read/.test(line)).length;
      const earlier = faults();
      await eventually('the worker notices', () => faults() > earlier, 60_000);
      proxy.open = true;
      await endLeases();
    }
    await emit(organizations, EVENTS / 4);
    await eventually(
      'everything is delivered',
      async () => {
        await endLeases();
        return (await open(organizations)) === 0;
      },
      60_000,
    );
    assert.equal(new Set(idsOf(organizations)).size, EVENTS, 'lost');
    await stop(delivering);
    await proxy.close();
  });

  it('share the endpoints, and send each event once and in order, when there are two', async () => {
    const pair = [await worker(), await worker()];
    const organizations = await seed(6);
    let most = 0;
    receiver.answer = async (_request, response) => {
      most = Math.max(most, receiver.open);
      await new Promise((resolve) => setImmediate(resolve));
      response.end();
    };
    await emit(organizations, 120);
    await eventually('everything is delivered', async () => (await open(organizations)) === 0, 60_000);
    const ids = idsOf(organizations);
    assert.deepEqual([ids.length, new Set(ids).size], [120, 120]);
    for (const own of organizations) {
      const sent = idsOf([own]);
      const inversions = sent.filter((id, index) => index >= 4 && id < sent[index - 4]!);
      assert.deepEqual(inversions, [], 'the events of one endpoint are in order, but for those sent at the same time');
    }
    for (const each of pair) await stop(each);
  });

  it('send in time, and retry in time, when the clock of one is behind that of the database', async () => {
    const clock = createTestClock(new Date(Date.now() - 5 * MINUTE_MS));
    const behind = await worker(undefined, { clock });
    const organizations = await seed(1);
    receiver.answer = answerWith(500);
    const startedAt = Date.now();
    await emit(organizations, 1);
    await eventually('the first attempt', () => idsOf(organizations).length === 1);
    const next = `select next_attempt_at from webhook_deliveries where organization_id = $1 and attempts = 1`;
    const due: Date = await eventually('its outcome is stored', () => value(test, next, organizations[0]));
    assert.ok(due.getTime() >= startedAt + 5_000, `retried at ${due.toISOString()}`);
    const { headers } = receiver.received.at(-1)!;
    assert.ok(
      Number(headers['webhook-timestamp']) >= Math.floor(startedAt / 1_000),
      'signed with a time that receivers accept',
    );
    await stop(behind);
  });
});
