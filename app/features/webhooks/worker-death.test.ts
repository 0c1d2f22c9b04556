/** Real workers, killed with SIGKILL while they deliver. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually, rows, value } from '../../../test/conditions.ts';
import { type ServiceProcess, startServiceProcess } from '../../../test/process.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { type Receiver, startReceiver } from './testing/receiver.ts';
import { seedEndpoint } from './testing/seed.ts';

const ORGANIZATIONS = 5;
const EVENTS = 1_000;
const KILLS = 3;

describe('workers that are killed while they deliver', { timeout: 240_000 }, () => {
  let test: TestService;
  let receiver: Receiver;
  before(async () => {
    test = await startTestService({ jobs: false });
    receiver = await startReceiver();
  });
  after(async () => {
    for (const worker of running) await kill(worker);
    await test.close();
    await receiver.close();
  });

  async function seed(): Promise<string[]> {
    return Promise.all(
      Array.from({ length: ORGANIZATIONS }, () =>
        seedEndpoint(test.service, { url: receiver.url }).then((row) => row.organizationId),
      ),
    );
  }

  async function kill(worker: ServiceProcess): Promise<void> {
    if (running.delete(worker)) process.kill(worker.pid, 'SIGKILL');
    await worker.stop();
  }
  const running = new Set<ServiceProcess>();
  async function start(): Promise<ServiceProcess> {
    const worker = await startServiceProcess(test.service.config.databaseUrl, 'worker');
    running.add(worker);
    return worker;
  }

  it('lose no event; what they had sent without storing it is sent again', async (t) => {
    const organizations = await seed();
    receiver.answer = async (_request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      response.end();
    };
    const data = { name: 'A', slug: 'abc', previous: { name: 'B', slug: 'abd' } };
    for (let sent = 0; sent < EVENTS; sent++)
      await test.service.db.transaction((tx) =>
        test.service.events.emit(tx, organizations[sent % ORGANIZATIONS]!, 'organization.updated', data),
      );

    for (let killed = 1; killed <= KILLS; killed++) {
      const pair = await Promise.all([start(), start()]);
      const enough = receiver.received.length + (killed * EVENTS) / 20;
      await eventually('they deliver', () => receiver.received.length >= enough, 60_000);
      for (const worker of pair) await kill(worker);
      // The time after which the leases of a dead worker end.
      await rows(
        test,
        `update webhook_endpoints set leased_until = now() - interval '1 second' where lease_id is not null`,
      );
    }
    assert.ok((await value(test, `select count(*)::int from webhook_deliveries where status = 'pending'`)) > 0);
    await start();
    const pending = `select count(*)::int from webhook_deliveries where status <> 'succeeded'`;
    await eventually('everything is delivered', async () => (await value(test, pending)) === 0, 60_000);

    const arrived = receiver.received.map(({ headers }) => headers['webhook-id']!);
    const duplicates = arrived.length - new Set(arrived).size;
    assert.equal(new Set(arrived).size, EVENTS, 'lost');
    t.diagnostic(`${EVENTS} events, ${2 * KILLS} workers killed: 0 lost, ${duplicates} sent twice`);
    assert.ok(duplicates <= 2 * KILLS * ORGANIZATIONS * 20, `${duplicates} sent twice`);
  });
});
