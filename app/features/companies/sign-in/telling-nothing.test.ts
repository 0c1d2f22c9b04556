/**
 * Answers to strangers, and the statements behind them, are the same whether or not an address has an account, a factor, a passkey, or an account in a
 * company. Statements are compared rather than times: what is done is the same, on any machine. (`sign-in-timing.test.ts` measures.)
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { comparable, liftRateLimits } from '../../../../test/conditions.ts';
import {
  type Answer,
  createSignedInUser,
  createUser,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { addTotp } from '../../accounts/testing/authenticator-app.ts';
import { createPasskey, type SoftwarePasskey } from '../../accounts/tools/software-authenticator.ts';
import { type Company, type CompanyScenes, createCompanyScenes } from '../testing/company.ts';
import { startZone, type Zone } from '../testing/zone.ts';

describe('an answer to a stranger', () => {
  let zone: Zone;
  let setup: TestService;
  let test: TestService;
  let scenes: CompanyScenes;
  let company: Company;
  /** By what they have. */
  const addresses: Record<string, string> = {};
  let passkey: SoftwarePasskey;

  before(async () => {
    zone = await startZone();
    const env = { ...zone.env, EMAIL_LINK_SIGN_IN: 'true' };
    setup = await startTestService({ schedules: false, env });
    await liftRateLimits(setup);
    scenes = createCompanyScenes(setup, zone);
    const [nothing, app, key] = [
      await createUser(setup),
      await createSignedInUser(setup),
      await createSignedInUser(setup),
    ];
    await addTotp(setup, app);
    passkey = await addPasskey(key.accessToken);
    company = await scenes.enforced();
    const member = (await scenes.enter(company, scenes.person(company).sub)).body.user.email;
    Object.assign(addresses, { nothing: nothing.email, app: app.email, key: key.email, member });
    const { databaseUrl } = setup.service.config;
    // Without jobs beside it, on the database of the setup.
    test = await startTestService({ databaseUrl, jobs: false, env, clock: setup.clock });
  });
  after(async () => {
    await test.close();
    await setup.close();
    await scenes.close();
    await zone.close();
  });

  async function addPasskey(token: string): Promise<SoftwarePasskey> {
    const { body } = await setup.request('/v1/passkeys/options', { method: 'POST', token });
    const made = createPasskey(body.options);
    const given = { challenge: body.challenge, credential: made.created };
    assert.equal((await setup.request('/v1/passkeys', { token, body: given })).status, 201);
    return made;
  }

  /** @returns an answer, and the statements that were sent for it */
  async function observe(call: () => Promise<Answer>) {
    const pool = test.service.db.$client;
    const statements: string[] = [];
    const textOf = (config: unknown) => (typeof config === 'string' ? config : (config as { text: string }).text);
    const { query, withConnection } = pool;
    pool.query = ((config: unknown, ...rest: unknown[]) => {
      statements.push(textOf(config));
      return (query as (...given: unknown[]) => unknown).call(pool, config, ...rest);
    }) as typeof query;
    pool.withConnection = ((work, spoils) =>
      withConnection.call(
        pool,
        (client) => {
          const { query: send } = client;
          client.query = ((config: unknown, ...rest: unknown[]) => {
            statements.push(textOf(config));
            return (send as (...given: unknown[]) => unknown).call(client, config, ...rest);
          }) as typeof send;
          return work(client).finally(() => {
            client.query = send;
          });
        },
        spoils,
      )) as typeof withConnection;
    try {
      return {
        answer: comparable(await call()),
        statements: statements.filter((text) => !/\bchanges\b|pg_notify/.test(text)).toSorted(),
      };
    } finally {
      Object.assign(pool, { query, withConnection });
    }
  }

  /** Each case is observed once the statements of its kind are prepared, and the memories are filled. */
  async function assertSame(cases: Record<string, () => Promise<Answer>>): Promise<void> {
    for (const call of Object.values(cases)) await call();
    const [[, first], ...others] = await observeAll(cases);
    for (const [name, other] of others) assert.deepEqual(other, first, name);
  }
  async function observeAll(cases: Record<string, () => Promise<Answer>>) {
    const all: [string, Awaited<ReturnType<typeof observe>>][] = [];
    for (const [name, call] of Object.entries(cases)) all.push([name, await observe(call)]);
    return all as [(typeof all)[0], ...typeof all];
  }

  const post = (path: string, body: object) => () => test.request(path, { body });

  it('is the same after a wrong password, whatever the account has beside', async () => {
    const signIn = (email: string) => post('/v1/sessions', { email, password: 'a wrong password' });
    await assertSame({
      nothing: signIn(addresses.nothing!),
      'an authenticator app': signIn(addresses.app!),
      'a passkey': signIn(addresses.key!),
      'no account': signIn('nobody-here@example.com'),
    });
  });

  it('is the same to all addresses of a company, with any password', async () => {
    const signIn = (email: string, password: string) => post('/v1/sessions', { email, password });
    await assertSame({
      'a member': signIn(addresses.member!, 'a wrong password'),
      'no account': signIn(`nobody@${company.domain}`, 'a wrong password'),
      'without a password': signIn(`somebody@${company.domain}`, ''),
    });
  });

  for (const path of ['/v1/email-links', '/v1/password-resets', '/v1/email-verifications'])
    it(`of POST ${path} is the same, whose address it may be`, async () => {
      const ask = (email: string) => post(path, { email });
      await assertSame({
        nothing: ask(addresses.nothing!),
        'an authenticator app': ask(addresses.app!),
        'a passkey': ask(addresses.key!),
        'a member of a company': ask(addresses.member!),
        'no account': ask('nobody-here@example.com'),
        'no account in the company': ask(`nobody@${company.domain}`),
      });
    });

  it('to a passkey does not tell whether it exists', async () => {
    const signIn = async (change: (credential: Record<string, unknown>) => object) => {
      const { challenge, options } = (await test.request('/v1/sessions/passkey/options', { body: {} })).body;
      const signed = passkey.sign({ ...options, challenge: 'AAAA' }) as unknown as Record<string, unknown>;
      return test.request('/v1/sessions/passkey', { body: { challenge, credential: change(signed) } });
    };
    const id = Buffer.alloc(32, 7).toString('base64url');
    const [known, unknown] = [await signIn((given) => given), await signIn((given) => ({ ...given, id, rawId: id }))];
    assert.deepEqual([known.status, known.body.code], [unknown.status, unknown.body.code]);
    assert.deepEqual(known.body.detail, unknown.body.detail);
  });
});
