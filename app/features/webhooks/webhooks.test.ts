/** From a change in an organization to the request that its receiver verifies. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { eventually, rows } from '../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { createScene } from '../organizations/testing/scene.ts';
import { type Receiver, startReceiver } from './testing/receiver.ts';
import { createWebhookScene } from './testing/scene.ts';

describe('a webhook', () => {
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

  it('is sent when something happens, and verifies with the libraries of receivers', async () => {
    const scene = await createWebhookScene(test, receiver);
    assert.match(scene.secret, /^whsec_[A-Za-z0-9+/]{32}$/);
    await scene.happen();
    const [request] = await eventually('it arrives', () => receiver.received.length > 0 && receiver.received);
    const { headers, body } = request!;
    const verified = new Webhook(scene.secret).verify(body, headers) as Record<string, unknown>;
    new SvixWebhook(scene.secret).verify(body, headers);
    for (const Library of [Webhook, SvixWebhook])
      assert.throws(() => new Library(scene.secret).verify(`${body} `, headers), /signature/);
    const { id, type, timestamp, organizationId, ...rest } = verified;
    assert.deepEqual([type, organizationId, Object.keys(rest)], ['organization.updated', scene.id, ['data']]);
    assert.equal(id, headers['webhook-id']);
    assert.equal(new Date(String(timestamp)).toISOString(), timestamp);
    assert.equal(headers['content-type'], 'application/json');
    await scene.settled();
    const [delivery] = await scene.deliveries();
    assert.deepEqual([delivery.status, delivery.eventId, delivery.nextAttemptAt], ['succeeded', id, null]);
    assert.deepEqual([delivery.attempts.length, delivery.attempts[0].status], [1, 200]);
  });

  it('is not made where the organization has no endpoint: there is the event, and nothing else', async () => {
    const scene = await createScene(test);
    await scene.key([]);
    const count = async (table: string) =>
      (await rows(test, `select 1 from ${table} where organization_id = $1`, scene.id)).length;
    assert.deepEqual([await count('events'), await count('webhook_deliveries')], [1, 0]);
    const { body } = await scene.as(scene.owner, '/events');
    assert.deepEqual(
      body.data.map(({ type }: { type: string }) => type),
      ['api_key.created'],
    );
  });
});
