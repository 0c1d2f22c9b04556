/** The nightly removal of deliveries, beside deliveries. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows, value, whileLocked } from '../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { type Receiver, startReceiver } from './testing/receiver.ts';
import { createWebhookScene } from './testing/scene.ts';

/** Stands for a removal that takes long: each batch waits at its end, with all its locks, until the test lets it go on. */
const HOLD = `
  create function wait_for_test() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(16); return null; end $$;
  create trigger wait_for_test after delete on webhook_deliveries for each statement execute function wait_for_test();`;

describe('the nightly removal of deliveries', () => {
  let test: TestService;
  let receiver: Receiver;
  before(async () => {
    test = await startTestService({ schedules: false });
    receiver = await startReceiver();
  });
  after(async () => {
    await test.close();
    await receiver.close();
  });

  it('removes what is older than 30 days, and holds no lock that an event or a delivery waits for', async () => {
    const scene = await createWebhookScene(test, receiver);
    await scene.happen(3);
    await scene.settled();
    await rows(
      test,
      'update webhook_deliveries set created_at = $1',
      new Date(test.clock.now().getTime() - 31 * DAY_MS),
    );
    await test.service.db.$client.queryAlone(HOLD);
    const { handle } = test.service.webhooks.handlers.find(({ queue }) => queue.name === 'webhooks.retain')!;
    const removed = await whileLocked(test, ['select pg_advisory_xact_lock(16)'], async (held) => {
      const removal = handle({}, {} as never);
      await held.waiting(1);
      await scene.happen(2);
      await scene.settled();
      assert.equal(receiver.received.length, 5, 'sent while the removal stands still');
      const stored = `select count(*)::int from webhook_deliveries where endpoint_id = $1 and status = 'succeeded'`;
      assert.equal(await value(test, stored, scene.endpointId), 5, 'and stored; nothing is removed yet');
      return { removal };
    });
    await removed.removal;
    assert.equal((await scene.deliveries()).length, 2);
  });
});
