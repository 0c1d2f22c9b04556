import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { jobsDone, queuedMails, value } from '../../../test/conditions.ts';
import { assertProblem, createUser, signIn, startTestService, type TestService } from '../../../test/service.ts';

const BREACHED = 'glorious-walrus-41';

/** A range service that knows one breached password, and keeps what it was asked. */
async function startRangeService() {
  const asked: string[] = [];
  const digest = createHash('sha1').update(BREACHED).digest('hex').toUpperCase();
  let broken = false;
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (broken) response.writeHead(500).end();
    else response.end(`${'0'.repeat(35)}:3\r\n${digest.slice(5)}:${request.url?.endsWith(digest.slice(0, 5)) ? 7 : 0}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`;
  return { url, asked, digest, break: () => (broken = true), close: () => void server.close() };
}

describe('password policy', () => {
  let test: TestService;
  let range: Awaited<ReturnType<typeof startRangeService>>;
  before(async () => {
    range = await startRangeService();
    test = await startTestService({ env: { BREACHED_PASSWORDS_URL: range.url } });
  });
  after(async () => {
    await test.close();
    range.close();
  });

  const register = (email: string, password: string) => test.request('/v1/users', { body: { email, password } });
  const reasons = async (password: string, email = 'grace.hopper@navy-research.example') => {
    const answer = await register(email, password);
    if (answer.status === 202) return [];
    assertProblem(answer, 422, 'weak_password');
    return answer.body.reasons;
  };

  it('names every reason for which a password is refused', async () => {
    assert.deepEqual(await reasons('q7#Zk!x'), ['too_short']);
    assert.deepEqual(await reasons('🦭'.repeat(7)), ['too_short']);
    assert.deepEqual(await reasons(`${'xK9 '.repeat(32)}!`), ['too_long']);
    assert.deepEqual(await reasons('Password123'), ['too_common']);
    assert.deepEqual(await reasons('aaaaaaaabbbb'), ['too_common']);
    assert.deepEqual(await reasons('my Grace Hopper pass'), ['contains_email']);
    assert.deepEqual(await reasons('Navy-Research 1952'), ['contains_email']);
    assert.deepEqual(await reasons('i love P.l.i.n.t.h'), ['contains_product_name']);
    assert.deepEqual(await reasons(BREACHED), ['breached']);
    assert.deepEqual(await reasons('plinth'), ['too_short', 'contains_product_name']);
  });

  it('stores and mails nothing for a refused registration', async () => {
    await reasons('short', 'refused@example.com');
    await jobsDone(test, 'email.deliver');
    assert.equal(await value(test, `select count(*)::int from users where email = 'refused@example.com'`), 0);
    assert.equal(await queuedMails(test, 'refused@example.com', 'verify-email'), 0);
  });

  it('takes 8 to 128 characters of any script, spaces included', async () => {
    for (const [index, password] of ['q7#Zk!xv', 'пароль нет', '🦭🐙🦑🐡🐠🐟🐬🐳', 'xK9 '.repeat(32)].entries()) {
      const email = `length${index}@example.com`;
      await createUser(test, { email, password });
      await signIn(test, email, password);
    }
  });

  it('takes different encodings of the same characters for the same password (NFC)', async () => {
    await createUser(test, { email: 'nfc@example.com', password: 'Zu\u0308rich is nice' });
    await signIn(test, 'nfc@example.com', 'Z\u00fcrich is nice');
  });

  it('sends only five digits of the hash to the range service', async () => {
    await reasons(BREACHED, 'asking@example.com');
    assert.ok(range.asked.includes(`/range/${range.digest.slice(0, 5)}`));
    for (const path of range.asked) assert.match(path, /^\/range\/[0-9A-F]{5}$/);
  });

  it('accepts without the breach check, and counts it, while the range service is down', async () => {
    range.break();
    assert.equal((await register('open@example.com', BREACHED)).status, 202);
    const { values } = await test.service.metrics.auth_events_total.get();
    const counts = values as { labels: Record<string, unknown>; value: number }[];
    const counted = counts.find(({ labels }) => labels.event === 'breach_check' && labels.outcome === 'unavailable');
    assert.equal(counted?.value, 1);
  });
});
