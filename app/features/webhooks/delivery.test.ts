/** Retries, pauses, and endpoints that are disabled; by the movable clock. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestClock } from '../../../test/clock.ts';
import { auditTrail, eventually, rows, value } from '../../../test/conditions.ts';
import { assertProblem, signIn, startTestService, type TestService } from '../../../test/service.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';
import { PATCH } from '../organizations/testing/scene.ts';
import { answerWith, type Receiver, startReceiver } from './testing/receiver.ts';
import { createWebhookScene, type WebhookScene } from './testing/scene.ts';

describe('the delivery of a webhook', () => {
  let test: TestService;
  let receiver: Receiver;
  before(async () => {
    // Ahead of the database, so that time passes when the test says so.
    const clock = createTestClock(new Date(Date.now() + HOUR_MS));
    test = await startTestService({ clock, schedules: false, env: { WEBHOOK_TIMEOUT_SECONDS: '3' } });
  });
  after(() => test.close());
  beforeEach(async (context) => {
    receiver = await startReceiver();
    (context as { after(hook: () => Promise<void>): void }).after(() => receiver.close());
  });

  const ids = () => receiver.received.map(({ headers }) => headers['webhook-id']);
  /** Lets time pass, until the attempts that are due then have been made. */
  async function pass(scene: WebhookScene, ms: number): Promise<number> {
    const before = receiver.received.length;
    test.clock.advance(ms);
    await scene.settled();
    return receiver.received.length - before;
  }

  it('is tried again after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h, under one id, and then given up', async () => {
    const scene = await createWebhookScene(test, receiver);
    receiver.answer = answerWith(500);
    await scene.happen();
    await eventually('the first attempt', () => receiver.received.length === 1);
    await scene.settled();
    const hours = [2, 5, 10, 14, 20, 24].map((count) => count * HOUR_MS);
    for (const delay of [5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, ...hours]) {
      assert.equal(await pass(scene, delay - 1_000), 0, `not before ${delay} ms`);
      assert.equal(await pass(scene, 1_000 + delay / 10 + 1_000), 1, `after ${delay} ms, and a tenth at most`);
    }
    assert.equal(new Set(ids()).size, 1);
    const [delivery] = await scene.deliveries();
    assert.deepEqual([delivery.status, delivery.nextAttemptAt, delivery.attempts.length], ['failed', null, 10]);
    assert.deepEqual([delivery.attempts[0].status, delivery.attempts[0].error], [500, 'answered 500']);
    assert.equal(await pass(scene, 3 * DAY_MS), 0);
  });

  it('waits as long as the receiver asks for, and the endpoint with it', async () => {
    const scene = await createWebhookScene(test, receiver);
    receiver.answer = answerWith(429, { 'retry-after': '600' });
    await scene.happen();
    await eventually('the first attempt', () => receiver.received.length === 1);
    await scene.settled();
    receiver.answer = answerWith(200);
    await scene.happen();
    assert.equal(await pass(scene, 590 * SECOND_MS), 0, 'a new event waits too');
    assert.equal(await pass(scene, 11 * SECOND_MS), 2);
    assert.deepEqual(new Set((await scene.deliveries()).map(({ status }) => status)), new Set(['succeeded']));
  });

  it('alone waits as long as the receiver asks for where it refuses one event for another reason', async () => {
    const scene = await createWebhookScene(test, receiver);
    receiver.answer = answerWith(409, { 'retry-after': '600' });
    await scene.happen();
    await eventually('the first attempt', () => receiver.received.length === 1);
    await scene.settled();
    receiver.answer = answerWith(200);
    await scene.happen();
    await eventually('a new event is sent', () => receiver.received.length === 2);
    assert.equal(await pass(scene, 590 * SECOND_MS), 0);
    assert.equal(await pass(scene, 11 * SECOND_MS), 1);
  });

  it('ends the endpoint at once when it answers 410, and says so', async () => {
    const scene = await createWebhookScene(test, receiver);
    receiver.answer = answerWith(410);
    await scene.happen();
    await eventually('it is disabled', async () => (await scene.endpoint()).enabled === false);
    assert.equal((await scene.endpoint()).disabledReason, 'gone');
    await test.mail(scene.owner.email, /no longer send webhooks/);
    const last = (await auditTrail(test, scene.id)).at(-1)!;
    assert.deepEqual([last.action, last.actorType], ['webhook_endpoint.disabled', 'system']);
    await scene.happen();
    assert.equal(await pass(scene, DAY_MS), 0);
    assert.equal((await scene.deliveries()).length, 1, 'what happens while it is disabled is not for it');
  });

  it('disables an endpoint after five days without success, of which its people are told two days before', async () => {
    const scene = await createWebhookScene(test, receiver);
    const manager = await scene.add('admin');
    const member = await scene.add('member');
    await scene.settled();
    receiver.answer = answerWith(500);
    const failing = (address: string) =>
      test.mails.filter(({ to, subject }) => to === address && /are failing/.test(subject)).length;
    /** Takes a few minutes, for which an endpoint that fails is left alone. */
    const attempt = async () => {
      const before = receiver.received.length;
      await scene.happen();
      test.clock.advance(6 * MINUTE_MS);
      await eventually('another attempt', () => receiver.received.length > before);
      await scene.settled();
    };
    await attempt();
    await pass(scene, 3 * DAY_MS - HOUR_MS);
    await attempt();
    assert.equal(failing(manager.email), 0);
    await pass(scene, 2 * HOUR_MS);
    await attempt();
    await test.mail(scene.owner.email, /are failing/);
    await test.mail(manager.email, /are failing/);
    await pass(scene, DAY_MS + 23 * HOUR_MS);
    await attempt();
    assert.equal((await scene.endpoint()).enabled, true, 'not before');
    await pass(scene, 2 * HOUR_MS);
    await eventually('it is disabled', async () => (await scene.endpoint()).enabled === false);
    assert.equal((await scene.endpoint()).disabledReason, 'failing');
    assert.deepEqual([failing(manager.email), failing(member.email)], [1, 0], 'one email, to those who may manage it');
    await test.mail(manager.email, /no longer send webhooks/);

    const enabled = await scene.ask(scene.endpointPath, PATCH({ enabled: true }));
    assert.deepEqual([enabled.body.failingSince, enabled.body.disabledReason], [null, null]);
  });

  it('disables nobody at the first failure after a long silence, and forgets failures at a success', async () => {
    const scene = await createWebhookScene(test, receiver);
    const attempt = async (status: number) => {
      receiver.answer = answerWith(status);
      const before = receiver.received.length;
      await scene.happen();
      await eventually('another attempt', () => receiver.received.length > before);
      await scene.settled();
    };
    await attempt(500);
    await attempt(200);
    assert.equal((await scene.endpoint()).failingSince, null);
    await attempt(500);
    test.clock.advance(20 * DAY_MS);
    await scene.settled();
    assert.equal((await scene.endpoint()).enabled, true, 'it was not warned before');
    await test.mail(scene.owner.email, /are failing/);
  });

  it('leaves an endpoint alone that gives no answer, and tries it with one request when it is time', async () => {
    const scene = await createWebhookScene(test, receiver);
    receiver.answer = () => {};
    await scene.happen(8);
    await eventually('the first attempt', async () =>
      (await scene.deliveries()).some(({ attempts }) => attempts.length > 0),
    );
    await scene.settled();
    assert.equal(receiver.received.length, 1, 'the others wait');
    assert.equal((await scene.deliveries('status=pending')).length, 8);
    receiver.answer = answerWith(200);
    assert.equal(await pass(scene, 6 * SECOND_MS), 8);
  });

  it('starts in the order of the events, a few at a time', async () => {
    const scene = await createWebhookScene(test, receiver, { enabled: false });
    await scene.ask(scene.endpointPath, PATCH({ enabled: true }));
    let most = 0;
    receiver.answer = async (_request, response) => {
      most = Math.max(most, receiver.open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      response.end();
    };
    await scene.happen(40);
    await scene.settled();
    assert.ok(most <= 4, `${most} at a time`);
    const seen = receiver.received.map(({ body }) => JSON.parse(body).timestamp);
    const inversions = seen.filter((timestamp, index) => index >= 4 && timestamp < seen[index - 4]!);
    assert.deepEqual([seen.length, inversions], [40, []]);
  });

  it('is made for the types that the endpoint wants', async () => {
    const scene = await createWebhookScene(test, receiver, { eventTypes: ['api_key.created'] });
    await scene.happen();
    await scene.key([]);
    await eventually('it arrives', () => receiver.received.length > 0);
    await scene.settled();
    assert.deepEqual(
      (await scene.deliveries()).map(({ type }) => type),
      ['api_key.created'],
    );
  });

  it('is made again on request, under the same id; not by an endpoint that is disabled', async () => {
    const scene = await createWebhookScene(test, receiver);
    await scene.happen(2);
    await eventually('they arrive', () => receiver.received.length === 2);
    await scene.settled();
    const [last] = await scene.deliveries();
    const retry = () => scene.ask(`${scene.endpointPath}/deliveries/${last.id}/retry`, { method: 'POST' });
    assert.equal((await retry()).status, 202);
    await eventually('it arrives again', () => receiver.received.length === 3);
    assert.equal(ids()[2], last.eventId);
    await scene.settled();
    const [again] = await scene.deliveries();
    assert.deepEqual([again.status, again.attempts.length], ['succeeded', 2]);
    await scene.ask(scene.endpointPath, PATCH({ enabled: false }));
    assertProblem(await retry(), 409, 'webhook_endpoint_disabled');
  });

  it('is given up at once where its event is gone, or waits where its secret cannot be opened; neither is the fault of the endpoint', async () => {
    const scene = await createWebhookScene(test, receiver);
    await scene.happen();
    await eventually('it arrives', () => receiver.received.length === 1);
    await scene.settled();
    const [delivery] = await scene.deliveries();
    await rows(test, 'delete from events where organization_id = $1', scene.id);
    await scene.ask(`${scene.endpointPath}/deliveries/${delivery.id}/retry`, { method: 'POST' });
    await scene.settled();
    const [gone] = await scene.deliveries();
    assert.deepEqual([gone.status, gone.attempts.at(-1).error], ['failed', 'the event was deleted']);
    assert.equal((await scene.endpoint()).failingSince, null);

    const secret = await value(test, 'select secret from webhook_endpoints where id = $1', scene.endpointId);
    const setSecret = 'update webhook_endpoints set secret = $1 where id = $2';
    await rows(test, setSecret, Buffer.from('of another APP_SECRET'), scene.endpointId);
    await scene.happen();
    const log = /the secret of a webhook endpoint cannot be opened/;
    await eventually('a worker has looked', () => test.logs.some((line) => log.test(line)));
    await scene.settled();
    assert.deepEqual([(await scene.endpoint()).failingSince, (await scene.deliveries())[0].attempts], [null, []]);
    await rows(test, setSecret, secret, scene.endpointId);
    assert.equal(await pass(scene, 2 * MINUTE_MS), 1, 'sent once the secret is there again');
  });

  it('replays the events since an instant, by type, also those from before the endpoint', async () => {
    const other = await createWebhookScene(test, receiver);
    await other.happen(2);
    await other.key([]);
    await eventually('they arrive', () => receiver.received.length === 3);
    await other.settled();
    const { body: second } = await other.ask('/webhook-endpoints', { body: { url: receiver.url } });
    const since = new Date(test.clock.now().getTime() - MINUTE_MS).toISOString();
    const replay = (body: object) => other.ask(`/webhook-endpoints/${second.id}/replay`, { body });
    const { status, body } = await replay({ since, types: ['organization.updated'] });
    assert.deepEqual([status, body], [202, { deliveries: 2 }]);
    await eventually('they arrive', () => receiver.received.length === 5);
    assert.deepEqual(ids().slice(3), ids().slice(0, 2));
    const { body: all } = await other.ask('/events?limit=100');
    assert.deepEqual((await replay({ since })).body, { deliveries: all.data.length });
    test.clock.advance(1_000);
    assert.deepEqual((await replay({ since: test.clock.now().toISOString() })).body, { deliveries: 0 });
  });

  it('goes on after an organization is deleted and restored, and not between; it is gone after the purge', async () => {
    const scene = await createWebhookScene(test, receiver);
    receiver.answer = answerWith(500);
    await scene.happen(3);
    await eventually('three attempts', () => receiver.received.length === 3);
    await scene.settled();
    assert.equal((await scene.ask('', { method: 'DELETE' })).status, 204);
    receiver.answer = answerWith(200);
    test.clock.advance(MINUTE_MS);
    await test.service.db.execute(`select pg_notify('webhook_deliveries', '')`);
    const path = `${scene.path}/restore`;
    const others = await createWebhookScene(test, receiver);
    await others.happen();
    await eventually('the webhook of another organization', () => receiver.received.length === 4);
    const { accessToken } = await signIn(test, scene.owner.email);
    assert.equal((await test.request(path, { method: 'POST', token: accessToken })).status, 200);
    await eventually('they arrive', () => receiver.received.length === 7);

    await scene.settled();
    assert.equal((await scene.ask('', { method: 'DELETE' })).status, 204);
    test.clock.advance(15 * DAY_MS);
    const purge = test.service.organizations.handlers.find(({ queue }) => queue.name === 'organizations.purge')!;
    await purge.handle({}, {} as never);
    for (const table of ['webhook_endpoints', 'webhook_deliveries', 'events']) {
      const { rows } = await test.service.db.$client.query(`select 1 from ${table} where organization_id = $1`, [
        scene.id,
      ]);
      assert.equal(rows.length, 0, table);
    }
  });
});
