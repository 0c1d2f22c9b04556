import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { atOnce } from '../../../../test/conditions.ts';
import { assertProblem, createSignedInUser, startTestService, type TestService } from '../../../../test/service.ts';
import { Browser, providerOf, settingsOf } from './testing/scene.ts';

type Answerer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A provider by hand, for what a real one does not do. */
async function serve(answer: Answerer): Promise<{ url: string; server: Server; close(): void }> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    server,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('a provider in trouble', () => {
  it('that hangs costs five seconds, and no other sign-in anything', async () => {
    const hanging = await serve(() => {});
    const test = await startTestService({ env: settingsOf({ hanging: hanging.url }) });
    try {
      // On a busy machine everything takes longer.
      const before = performance.now();
      await createSignedInUser(test);
      const usualMs = performance.now() - before;
      const startedAt = performance.now();
      const waiting = atOnce(60, () =>
        new Browser().call(test, '/v1/sessions/provider/hanging/start', { body: {} }),
      ).then((answers) => ({ answers, tookMs: performance.now() - startedAt }));
      await createSignedInUser(test);
      const meanwhileMs = performance.now() - startedAt;
      assert.ok(
        meanwhileMs < 4_000 + 3 * usualMs,
        `a person has registered and signed in meanwhile: ${meanwhileMs} ms`,
      );
      const { answers, tookMs } = await waiting;
      for (const answer of answers) assertProblem(answer, 503, 'provider_unavailable');
      assert.ok(tookMs < 7_000 + 3 * usualMs, `${tookMs} ms`);
      const metrics = await test.service.metrics.registry.metrics();
      assert.match(metrics, /identity_provider_sign_ins_total\{provider="hanging",outcome="unavailable"\} 60/);
    } finally {
      await test.close();
      hanging.close();
    }
  });

  it('that hangs once the person comes back costs five seconds in all, and leads back with a name', async () => {
    let hangs = false;
    const provider = await providerOf('local', {
      intercept: ({ url = '' }) => hangs && url.startsWith('/token'),
    });
    const test = await startTestService({ env: settingsOf({ local: provider.url }) });
    try {
      const browser = new Browser();
      const answer = await browser.choose(await browser.start(test), 'ada');
      hangs = true;
      const startedAt = performance.now();
      assert.equal((await browser.comeBack(test, answer)).error, 'provider_unavailable');
      assert.ok(performance.now() - startedAt < 6_500);
    } finally {
      await test.close();
      await provider.close();
    }
  });

  it('is told from one that does not know our secret, and logged', async () => {
    const provider = await providerOf('local');
    const wrong = { IDENTITY_PROVIDER_LOCAL_CLIENT_SECRET: 'not the secret' };
    const test = await startTestService({ env: settingsOf({ local: provider.url }, wrong) });
    try {
      assert.equal((await new Browser().prove(test, 'ada')).error, 'provider_misconfigured');
      assert.ok(test.logs.some((line) => line.includes('a sign-in with a provider failed')));
      assert.ok(!test.logs.join().includes('not the secret'));
    } finally {
      await test.close();
      await provider.close();
    }
  });

  it('does not lead this service to machines of its network', async () => {
    const reached: string[] = [];
    const provider = await serve(({ url }, response) => {
      reached.push(url!);
      const issuer = provider.url;
      json(response, {
        ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: 'http://10.0.0.1/token' },
        ...{ jwks_uri: 'http://169.254.169.254/keys', response_types_supported: ['code'] },
      });
    });
    const test = await startTestService({ env: settingsOf({ local: provider.url }) });
    try {
      const browser = new Browser();
      const state = new URL(await browser.start(test)).searchParams.get('state')!;
      const startedAt = performance.now();
      const back = await browser.comeBack(test, new URLSearchParams({ code: 'x', state }));
      assert.equal(back.error, 'provider_unavailable');
      assert.ok(performance.now() - startedAt < 1_000, 'refused, not tried');
      assert.ok(test.logs.some((line) => line.includes('has no address that may be connected to')));
    } finally {
      await test.close();
      provider.close();
    }
  });

  it('cannot be mixed up with another one: an answer is good at the callback of its own provider alone', async () => {
    const [honest, attacker] = [await providerOf('honest'), await providerOf('attacker')];
    const test = await startTestService({ env: settingsOf({ honest: honest.url, attacker: attacker.url }) });
    try {
      const browser = new Browser();
      const toAttacker = await browser.start(test, {}, 'attacker');
      const answer = await browser.choose(await browser.start(test, {}, 'honest'), 'ada');
      // The code of the honest one, with the state of a sign-in at the attacker, to whom it would be sent.
      const mixed = new URLSearchParams(answer);
      mixed.set('state', new URL(toAttacker).searchParams.get('state')!);
      assert.equal((await browser.comeBack(test, mixed, 'attacker')).error, 'provider_answer_invalid');
      assert.equal((await browser.comeBack(test, answer, 'attacker')).error, 'provider_sign_in_expired');
    } finally {
      await test.close();
      await honest.close();
      await attacker.close();
    }
  });
});

describe('the presets', () => {
  let test: TestService;
  let github: Awaited<ReturnType<typeof serve>>;
  let apple: Awaited<ReturnType<typeof serve>>;
  const appleKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const appleRequests: URLSearchParams[] = [];
  let emails: unknown = [];
  before(async () => {
    github = await serve(async (request, response) => {
      const { pathname } = new URL(request.url!, 'http://x');
      if (pathname === '/login/oauth/access_token') {
        const { code } = Object.fromEntries(new URLSearchParams(await text(request)));
        // As GitHub answers, with 200.
        if (code === 'bad') return json(response, { error: 'bad_verification_code', error_description: 'expired' });
        return json(response, { access_token: 'gho_1', token_type: 'bearer', scope: 'read:user,user:email' });
      }
      if (request.headers.authorization !== 'Bearer gho_1') return json(response, {}, 401);
      return json(response, pathname === '/api/v3/user' ? { id: 583_231, login: 'ada', name: null } : emails);
    });
    apple = await serve(async (request, response) => {
      const issuer = apple.url;
      if (request.method === 'GET')
        return json(response, {
          ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` },
          ...{ jwks_uri: `${issuer}/keys`, token_endpoint_auth_methods_supported: ['client_secret_post'] },
        });
      appleRequests.push(new URLSearchParams(await text(request)));
      return json(response, { error: 'invalid_grant' }, 400);
    });
    const der = appleKey.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    test = await startTestService({
      env: settingsOf(
        { github: github.url, apple: apple.url },
        { IDENTITY_PROVIDER_APPLE_CLIENT_SECRET: `TEAM123456:KEY1234567:${der}` },
      ),
    });
  });
  after(async () => {
    await test.close();
    github.close();
    apple.close();
  });

  const comeBack = async (code: string) => {
    const browser = new Browser();
    const url = new URL(await browser.start(test, {}, 'github'));
    assert.equal(url.pathname, '/login/oauth/authorize');
    assert.deepEqual(
      ['scope', 'code_challenge_method', 'nonce'].map((name) => url.searchParams.get(name)),
      ['read:user user:email', 'S256', null],
    );
    const answer = new URLSearchParams({ code, state: url.searchParams.get('state')! });
    const back = await browser.comeBack(test, answer, 'github');
    return { back, redeemed: back.code ? await browser.redeem(test, back.code) : undefined };
  };

  it('know GitHub: the number is the person, and the primary address that it has verified is theirs', async () => {
    emails = [
      { email: 'other@works.example', primary: false, verified: true },
      { email: 'octo@works.example', primary: true, verified: true },
    ];
    const { redeemed } = await comeBack('good');
    assert.deepEqual([redeemed?.status, redeemed?.body.user.email], [201, 'octo@works.example']);
    emails = [{ email: 'renamed@works.example', primary: true, verified: false }];
    assert.equal((await comeBack('good')).redeemed?.body.user.id, redeemed?.body.user.id);
  });

  it('know that GitHub says 200 to a code that is not good', async () => {
    assert.equal((await comeBack('bad')).back.error, 'provider_answer_invalid');
  });

  it('know that Apple posts its answer, and takes a secret that our key has signed', async () => {
    const browser = new Browser();
    const url = new URL(await browser.start(test, {}, 'apple'));
    assert.equal(url.searchParams.get('response_mode'), 'form_post');
    const answer = new URLSearchParams({ code: 'c', state: url.searchParams.get('state')! });
    const posted = await browser.fetch(`${test.url}/v1/sessions/provider/apple/callback`, {
      method: 'POST',
      body: answer,
    });
    assert.match(posted.headers.get('location')!, /error=provider_answer_invalid/);
    const secret = appleRequests[0]!.get('client_secret')!;
    const [header, claims, signature] = secret.split('.');
    const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());
    assert.deepEqual(decode(header), { alg: 'ES256', kid: 'KEY1234567' });
    assert.deepEqual([decode(claims).iss, decode(claims).aud], ['TEAM123456', 'https://appleid.apple.com']);
    const key = { key: appleKey.publicKey, dsaEncoding: 'ieee-p1363' as const };
    assert.ok(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature!, 'base64url')));
  });
});
