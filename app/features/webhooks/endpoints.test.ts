import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { atOnce, auditTrail, eventually, rows, tally, value } from '../../../test/conditions.ts';
import { assertProblem, startTestService, type TestService } from '../../../test/service.ts';
import { HOUR_MS } from '../../platform/clock.ts';
import { createScene, DELETE, PATCH } from '../organizations/testing/scene.ts';
import { answerWith, type Receiver, startReceiver } from './testing/receiver.ts';
import { createWebhookScene } from './testing/scene.ts';

describe('a webhook endpoint', () => {
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

  it('shows its secret when it is created and rotated, and never again; it is stored sealed', async () => {
    const scene = await createWebhookScene(test, receiver);
    const rotated = await scene.ask(`${scene.endpointPath}/rotate-secret`, { method: 'POST' });
    assert.equal(rotated.status, 200);
    const { secret } = rotated.body;
    assert.equal(Buffer.from(secret.slice('whsec_'.length), 'base64').length, 24);
    assert.notEqual(secret, scene.secret);
    for (const path of ['/webhook-endpoints', scene.endpointPath, '/audit-events?limit=100', '/events']) {
      const text = JSON.stringify((await scene.ask(path)).body);
      assert.ok(!text.includes(secret) && !text.includes(scene.secret), path);
    }
    const stored = await value(
      test,
      `select secret || previous_secret from webhook_endpoints where id = $1`,
      scene.endpointId,
    );
    for (const each of [secret, scene.secret])
      assert.ok(!stored.includes(Buffer.from(each.slice('whsec_'.length), 'base64')), 'in the clear');
  });

  it('is signed for by both secrets for 24 hours after a rotation, and then by the new one alone', async () => {
    const scene = await createWebhookScene(test, receiver);
    const { body } = await scene.ask(`${scene.endpointPath}/rotate-secret`, { method: 'POST' });
    assert.equal(body.previousSecretUntil, new Date(test.clock.now().getTime() + 24 * HOUR_MS).toISOString());
    const verifies = (secret: string) => {
      const { headers, body: sent } = receiver.received.at(-1)!;
      // The library compares with the real time, which the test has moved.
      const signed = { ...headers, 'webhook-timestamp': headers['webhook-timestamp']! };
      try {
        new Webhook(secret).verify(sent, signed);
        return true;
      } catch {
        return false;
      }
    };
    const send = async () => {
      const before = receiver.received.length;
      await scene.happen();
      await eventually('it arrives', () => receiver.received.length > before);
      return receiver.received.at(-1)!.headers['webhook-signature']!.split(' ').length;
    };
    assert.equal(await send(), 2);
    assert.deepEqual([verifies(body.secret), verifies(scene.secret)], [true, true]);
    test.clock.advance(24 * HOUR_MS + 1_000);
    assert.equal(await send(), 1);
  });

  it('gives each of two rotations at the same time a secret that signs', async () => {
    const scene = await createWebhookScene(test, receiver);
    const answers = await atOnce(2, () => scene.ask(`${scene.endpointPath}/rotate-secret`, { method: 'POST' }));
    const secrets = answers.map(({ body }) => body.secret as string);
    const before = receiver.received.length;
    await scene.happen();
    await eventually('it arrives', () => receiver.received.length > before);
    const { headers, body } = receiver.received.at(-1)!;
    const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
    const signedBy = (secret: string) => new Webhook(secret).sign(id!, new Date(Number(timestamp) * 1_000), body);
    assert.deepEqual(headers['webhook-signature']!.split(' ').sort(), secrets.map(signedBy).sort());
  });

  it('has its events replayed, and deliveries sent again, so often and not more', async () => {
    const scene = await createWebhookScene(test, receiver);
    const since = test.clock.now().toISOString();
    const replays = await atOnce(22, () => scene.ask(`${scene.endpointPath}/replay`, { body: { since } }));
    assert.deepEqual(tally(replays), { 202: 20, 429: 2 });
    const nowhere = `${scene.endpointPath}/deliveries/01989d5e-0000-7000-a000-00000000ffff/retry`;
    const retry = () => scene.ask(nowhere, { method: 'POST' });
    assertProblem(await retry(), 404, 'not_found');
    await rows(test, `update rate_limits set points = 119 where key like '%webhook_retry%'`);
    assertProblem(await retry(), 404, 'not_found');
    assertProblem(await retry(), 429, 'rate_limited');
  });

  it('has a URL that webhooks can be sent to, and known types', async () => {
    const scene = await createScene(test);
    const key = await scene.key(['webhooks:manage']);
    const create = (body: object) => scene.as(key, '/webhook-endpoints', { body });
    const refused = [
      'http://hooks.example.com/',
      'ftp://hooks.example.com/',
      'hooks.example.com',
      'https://hooks.example.com:8443/',
      'https://user:password@hooks.example.com/',
      'https://hooks.example.com/#here',
      '',
    ];
    for (const url of refused) assertProblem(await create({ url }), 422, 'invalid_webhook_url');
    assertProblem(await create({ url: 'https://a.example/', eventTypes: ['nothing.known'] }), 400, 'validation_failed');
    assertProblem(await create({ url: 'https://a.example/', eventTypes: [] }), 400, 'validation_failed');
    assertProblem(await create({ url: `https://a.example/${'x'.repeat(2_000)}` }), 400, 'validation_failed');
    const created = await create({ url: 'https://a.example/hook?token=1', description: 'A', enabled: false });
    assert.equal(created.status, 201);
    const { disabledReason, eventTypes } = created.body;
    assert.deepEqual([disabledReason, eventTypes], ['request', null]);
    const change = (body: object) => scene.as(key, `/webhook-endpoints/${created.body.id}`, PATCH(body));
    assertProblem(await change({ url: 'http://a.example/' }), 422, 'invalid_webhook_url');
    assert.deepEqual((await change({ eventTypes: ['member.joined'] })).body.eventTypes, ['member.joined']);
    assert.equal((await change({ eventTypes: null })).body.eventTypes, null);
  });

  it('is read and managed by those who have the permission, and is nobody else’s', async () => {
    const scene = await createWebhookScene(test, receiver);
    const [admin, member] = [await scene.add('admin'), await scene.add('member')];
    const reader = await scene.key(['webhooks:read']);
    for (const caller of [admin, reader]) assert.equal((await scene.as(caller, scene.endpointPath)).status, 200);
    assert.equal((await scene.as(reader, '/events')).status, 200);
    assertProblem(await scene.as(member, '/webhook-endpoints'), 403, 'forbidden');
    assertProblem(await scene.as(member, '/events'), 403, 'forbidden');
    assertProblem(await scene.as(reader, scene.endpointPath, PATCH({ enabled: false })), 403, 'forbidden');
    const other = await createWebhookScene(test, receiver);
    for (const path of ['', '/deliveries'])
      assertProblem(await scene.ask(`${other.endpointPath}${path}`), 404, 'not_found');
    for (const path of ['/rotate-secret', '/test', '/replay']) {
      const body = { '/test': { type: 'member.joined' }, '/replay': { since: '2026-11-01T00:00:00Z' } }[path];
      assertProblem(await scene.ask(`${other.endpointPath}${path}`, { method: 'POST', body }), 404, 'not_found');
    }
    assertProblem(await scene.ask(other.endpointPath, DELETE), 404, 'not_found');
    await other.happen();
    await other.settled();
    const [delivery] = await other.deliveries();
    assertProblem(await scene.ask(`${scene.endpointPath}/deliveries/${delivery.id}`), 404, 'not_found');
    assert.equal((await other.ask(`${other.endpointPath}/deliveries/${delivery.id}`)).status, 200);
  });

  it('sends an example on request, signed, and shows what the receiver said', async () => {
    const scene = await createWebhookScene(test, receiver);
    const own = await startReceiver(answerWith(418, {}, `teapot\0${'x'.repeat(5_000)}`));
    const { body: endpoint } = await scene.ask('/webhook-endpoints', { body: { url: own.url, enabled: false } });
    const tried = await scene.ask(`/webhook-endpoints/${endpoint.id}/test`, { body: { type: 'member.joined' } });
    assert.equal(tried.status, 200, JSON.stringify(tried.body));
    assert.deepEqual([tried.body.status, tried.body.error], [418, 'answered 418']);
    assert.match(tried.body.body, /^teapot\uFFFDx+$/);
    assert.equal(tried.body.body.length, 1_024);
    assert.equal(JSON.parse(own.received[0]!.body).type, 'member.joined');
    await own.close();
    const dead = await scene.ask(`/webhook-endpoints/${endpoint.id}/test`, { body: { type: 'member.joined' } });
    assert.deepEqual([dead.status, dead.body.status, dead.body.body], [200, null, null]);
    assert.match(dead.body.error, /ECONNREFUSED/);
    const answers = await atOnce(40, () => scene.ask(`${scene.endpointPath}/test`, { body: { type: 'member.left' } }));
    assert.ok(tally(answers)[429]! >= 10, 'at most 30 a minute');
  });

  it('verifies with the library of receivers for the example of every type', async () => {
    const scene = await createWebhookScene(test, receiver);
    await test.service.db.execute('truncate rate_limits');
    const { body } = await test.request('/v1/event-types');
    for (const { type } of body.data.slice(0, 30)) {
      const before = receiver.received.length;
      assert.equal((await scene.ask(`${scene.endpointPath}/test`, { body: { type } })).status, 200);
      const { headers, body: sent } = receiver.received[before]!;
      const now = { ...headers };
      assert.equal(JSON.parse(sent).type, type);
      // Signed at the time of the test's clock, which others have moved.
      const skewed = test.clock.now().getTime() - Date.now() > 200_000;
      if (!skewed) assert.deepEqual(new Webhook(scene.secret).verify(sent, now), JSON.parse(sent));
    }
  });

  it('leaves an event in the trail with each change, and each request to send something', async () => {
    const scene = await createWebhookScene(test, receiver);
    await scene.happen();
    await scene.settled();
    const [delivery] = await scene.deliveries();
    const post = (path: string, body?: object) => scene.ask(`${scene.endpointPath}${path}`, { method: 'POST', body });
    await post('/rotate-secret');
    await post('/test', { type: 'member.joined' });
    await post(`/deliveries/${delivery.id}/retry`);
    await post('/replay', { since: test.clock.now().toISOString() });
    await scene.ask(scene.endpointPath, PATCH({ description: 'CRM' }));
    await scene.ask(scene.endpointPath, PATCH({ description: 'CRM' }));
    assert.equal((await scene.ask(scene.endpointPath, DELETE)).status, 204);
    const actions = (await auditTrail(test, scene.id))
      .map(({ action }) => action)
      .filter((action) => /^webhook/.test(action));
    assert.deepEqual(actions, [
      'webhook_endpoint.created',
      'webhook_endpoint.secret_rotated',
      'webhook_endpoint.tested',
      'webhook_delivery.retried',
      'webhook_endpoint.replayed',
      'webhook_endpoint.updated',
      'webhook_endpoint.deleted',
    ]);
    const left = await value(
      test,
      'select count(*)::int from webhook_deliveries where endpoint_id = $1',
      scene.endpointId,
    );
    assert.equal(left, 0, 'its deliveries are gone with it');
  });
});
