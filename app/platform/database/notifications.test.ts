import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it, type TestContext } from 'node:test';
import { administer, createTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { startTcpProxy } from '../../../test/tcp-proxy.ts';
import { createNotifications, type Notifications } from './notifications.ts';

/** A subscriber that records notifications and lets a test wait for them. */
function createRecorder() {
  const changed = new EventTarget();
  const recorder = {
    payloads: [] as string[],
    connections: 0,
    onNotification(payload: string) {
      recorder.payloads.push(payload);
      changed.dispatchEvent(new Event('change'));
    },
    onConnected() {
      recorder.connections++;
      changed.dispatchEvent(new Event('change'));
    },
    async until(condition: () => boolean) {
      while (!condition()) await once(changed, 'change', { signal: AbortSignal.timeout(10_000) });
    },
  };
  return recorder;
}

describe('notifications', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.close());

  const notify = (channel: string, payload: string) =>
    administer(database.url, `select pg_notify('${channel}', '${payload}')`);
  /** Terminates on the server the connections that listen on the channel. */
  const terminate = (channel: string) =>
    administer(
      database.url,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%${channel}%'`,
    );
  /** The heartbeat is slow, so that LISTEN stays the last statement, by which `terminate` finds the connection. */
  function start(t: TestContext, options: { url?: string; heartbeatMs?: number } = {}) {
    const lost: Error[] = [];
    const notifications = createNotifications({
      url: database.url,
      heartbeatMs: 30_000,
      ...options,
      onLost: (error) => lost.push(error),
    });
    t.after(() => notifications.close());
    return { notifications, lost };
  }
  async function disconnected(notifications: Notifications): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (notifications.connected) {
      assert.ok(Date.now() < deadline, 'still connected');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it('reach every subscriber of their channel, in order, and no other', async (t) => {
    const { notifications } = start(t);
    const [first, second, other] = [createRecorder(), createRecorder(), createRecorder()];
    await notifications.subscribe('reach', first);
    await notifications.subscribe('reach', second);
    await notifications.subscribe('reach_other', other);
    await notifications.start();
    for (const payload of ['a', 'b', 'c']) await notify('reach', payload);
    await notify('reach_other', 'd');
    await Promise.all([
      first.until(() => first.payloads.length === 3),
      second.until(() => second.payloads.length === 3),
    ]);
    await other.until(() => other.payloads.length > 0);
    assert.deepEqual([first.payloads, second.payloads, other.payloads], [['a', 'b', 'c'], ['a', 'b', 'c'], ['d']]);
  });

  it('reach a subscriber that came after the start, also on a channel that nobody had', async (t) => {
    const { notifications } = start(t);
    await notifications.start();
    const late = createRecorder();
    await notifications.subscribe('late', late);
    assert.equal(late.connections, 1);
    await notify('late', 'a');
    await late.until(() => late.payloads.length === 1);
  });

  it('reach a subscriber that came while the connection was being made', async (t) => {
    const { notifications } = start(t);
    const [slow, meanwhile] = [createRecorder(), createRecorder()];
    const release = Promise.withResolvers<void>();
    const connecting = Promise.withResolvers<void>();
    t.after(() => release.resolve());
    await notifications.subscribe('slow', {
      ...slow,
      async onConnected() {
        connecting.resolve();
        await release.promise;
      },
    });
    const started = notifications.start();
    await connecting.promise;
    const subscribed = notifications.subscribe('meanwhile', meanwhile);
    release.resolve();
    await Promise.all([started, subscribed]);
    await notify('meanwhile', 'a');
    await meanwhile.until(() => meanwhile.payloads.length === 1 && meanwhile.connections === 1);
  });

  it('no longer reach a subscriber after it unsubscribed', async (t) => {
    const { notifications } = start(t);
    const [gone, stays] = [createRecorder(), createRecorder()];
    const leave = await notifications.subscribe('leave', gone);
    await notifications.subscribe('leave', stays);
    await notifications.start();
    leave();
    await notify('leave', 'a');
    await stays.until(() => stays.payloads.length === 1);
    assert.deepEqual(gone.payloads, []);
  });

  it('that were missed during a gap are announced: onConnected is called after every reconnection, once LISTEN is in force', async (t) => {
    const { notifications, lost } = start(t);
    const recorder = createRecorder();
    await notifications.subscribe('gap', recorder);
    await notifications.start();
    for (let gap = 1; gap <= 5; gap++) {
      await terminate('gap');
      await recorder.until(() => recorder.connections === gap + 1);
      // Sent immediately: the notification would be lost if LISTEN were not in force yet.
      await notify('gap', `after ${gap}`);
      await recorder.until(() => recorder.payloads.includes(`after ${gap}`));
    }
    assert.equal(lost.length, 5);
    assert.equal(notifications.connected, true);
  });

  it('count as disconnected while the connection is lost or a subscriber still reads what it missed', async (t) => {
    const proxy = await startTcpProxy(database.url);
    t.after(() => proxy.close());
    const { notifications } = start(t, { url: proxy.url });
    let reading: Promise<void> = Promise.resolve();
    const recorder = createRecorder();
    await notifications.subscribe('claim', {
      ...recorder,
      async onConnected() {
        recorder.onConnected();
        await reading;
      },
    });
    await notifications.start();
    assert.equal(notifications.connected, true);

    proxy.open = false;
    proxy.cut();
    await disconnected(notifications);
    const read = Promise.withResolvers<void>();
    reading = read.promise;
    proxy.open = true;
    await recorder.until(() => recorder.connections === 2);
    assert.equal(notifications.connected, false);
    read.resolve();
    await recorder.until(() => recorder.connections >= 2);
    const deadline = Date.now() + 10_000;
    while (!notifications.connected) {
      assert.ok(Date.now() < deadline);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  it('reconnect when a subscriber cannot read what it missed', async (t) => {
    const { notifications, lost } = start(t);
    let failures = 2;
    await notifications.subscribe('reading', {
      onNotification() {},
      async onConnected() {
        if (failures-- > 0) throw new Error('cannot read');
      },
    });
    await notifications.start();
    assert.equal(notifications.connected, true);
    assert.deepEqual(
      lost.map(({ message }) => message),
      ['cannot read', 'cannot read'],
    );
  });

  it('on a silent connection are detected as lost by the heartbeat, and continue on a new connection', async (t) => {
    const proxy = await startTcpProxy(database.url);
    const { notifications, lost } = start(t, { url: proxy.url, heartbeatMs: 100 });
    t.after(() => proxy.close());
    const recorder = createRecorder();
    await notifications.subscribe('silent', recorder);
    await notifications.start();
    proxy.freeze();
    await recorder.until(() => recorder.connections === 2);
    assert.match(lost[0]?.message ?? '', /no answer from the database within 100 ms/);
    await notify('silent', 'a');
    await recorder.until(() => recorder.payloads.includes('a'));
  });

  it('on a connection that falls silent during its setup are detected as lost too', async (t) => {
    const proxy = await startTcpProxy(database.url);
    const { notifications } = start(t, { url: proxy.url, heartbeatMs: 100 });
    t.after(() => proxy.close());
    const recorder = createRecorder();
    await notifications.subscribe('setup', recorder);
    proxy.freezeAt = 'listen "setup"';
    await notifications.start();
    assert.equal(proxy.accepted, 2);
    await notify('setup', 'a');
    await recorder.until(() => recorder.payloads.includes('a'));
  });

  it('stop at once when closed, whether connected or not', async () => {
    const connected = createNotifications({ url: database.url });
    await connected.start();
    await connected.close();
    assert.equal(connected.connected, false);

    const away = createNotifications({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const started = away.start();
    await away.close();
    await started;
  });
});
