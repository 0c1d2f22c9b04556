/** From a change in an organization to the request that its receiver verifies. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { eventually, rows } from '../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { hint } from '../../platform/database/changes/announcing.ts';
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

  it('wakes the workers once its event is committed, and neither for one that is rolled back nor where nobody wants it', async () => {
    const scene = await createWebhookScene(test, receiver);
    const strangers = await createScene(test);
    const { db, events } = test.service;
    const listener = new pg.Client({ connectionString: test.service.config.databaseUrl });
    await listener.connect();
    let woken = 0;
    const heard = new Map<string, () => void>();
    listener.on('notification', ({ channel, payload }) => {
      if (channel === 'webhook_deliveries') woken += 1;
      heard.get(payload ?? '')?.();
    });
    await listener.query('listen webhook_deliveries; listen marker');
    /** Resolves when all that was notified before has arrived. */
    const arrived = async (marker: string) => {
      const promise = new Promise<void>((resolve) => heard.set(marker, resolve));
      // On the pool's own way, behind what waits there.
      await db.transaction(async (tx) => hint(tx, 'marker', marker));
      await promise;
    };
    const emit = (organizationId: string, failing = false) =>
      db.transaction(async (tx) => {
        await events.emit(tx, organizationId, 'organization.updated', { changes: { name: 'A' } } as never);
        if (failing) throw new Error('refused');
      });
    await arrived('first');
    woken = 0;
    await emit(strangers.id);
    await assert.rejects(emit(scene.id, true), /refused/);
    await arrived('second');
    assert.equal(woken, 0);
    await emit(scene.id);
    await arrived('third');
    assert.equal(woken, 1);
    await listener.end();
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
