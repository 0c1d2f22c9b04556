/**
 * Tests that the time of an answer reveals nothing. Samples of each case are taken interleaved, in random order, so that whatever else the
 * machine does meets all cases alike; then each case is held against the plain wrong password by the Mann-Whitney statistic: how often
 * a sample of one is faster than a sample of the other. 0.5: cannot be told apart; 0 or 1: one look is enough.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { liftRateLimits, rows } from '../../../test/conditions.ts';
import {
  type Answer,
  createSignedInUser,
  createUser,
  PASSWORD,
  startTestService,
  type TestService,
} from '../../../test/service.ts';

const SAMPLES = 100;
/** At 100 samples a case, chance alone stays within 0.5 +- 0.04 two times in three; this is five times as far. */
const TELLTALE = 0.2;

describe('the time of an answer', () => {
  let test: TestService;
  before(async () => {
    const setup = await startTestService({ env: { EMAIL_LINK_SIGN_IN: 'true' } });
    await liftRateLimits(setup);
    await prepare(setup);
    // Measured without a worker beside it, on the database that the setup made.
    const { databaseUrl } = setup.service.config;
    test = await startTestService({ databaseUrl, jobs: false, env: { EMAIL_LINK_SIGN_IN: 'true' } });
    closeSetup = () => setup.close();
    await setup.service.jobs.close(0);
  });
  let closeSetup: () => Promise<void>;
  after(async () => {
    await test.close();
    await closeSetup();
  });

  const people: Record<string, string> = {};
  async function prepare(setup: TestService): Promise<void> {
    const [plain, suspended, deleted, passwordless] = await Promise.all([
      createUser(setup),
      createSignedInUser(setup),
      createSignedInUser(setup),
      createSignedInUser(setup),
    ]);
    const { administration } = setup.service.accounts;
    await administration.suspend((await administration.find(suspended.id))!);
    const token = deleted.accessToken;
    await setup.request('/v1/users/me', { method: 'DELETE', token, body: { password: PASSWORD } });
    await setup.request('/v1/email-links', { body: { email: plain.email } });
    await setup.mail(plain.email, /^Sign in to/);
    await rows(setup, 'update users set password_hash = null where id = $1', passwordless.id);
    Object.assign(people, {
      plain: plain.email,
      suspended: suspended.email,
      deleted: deleted.email,
      passwordless: passwordless.email,
    });
  }

  it('does not tell why a sign-in was refused', async () => {
    const signIn = (body: object) => test.request('/v1/sessions', { body });
    const times = await sample(401, {
      'wrong password': () => signIn({ email: people.plain, password: 'a wrong password' }),
      'unknown address': () => signIn({ email: 'nobody-here@example.com', password: 'a wrong password' }),
      'empty password': () => signIn({ email: people.plain, password: '' }),
      'missing password': () => signIn({ email: people.plain }),
      'suspended user': () => signIn({ email: people.suspended, password: PASSWORD }),
      'deleted user': () => signIn({ email: people.deleted, password: PASSWORD }),
      'user without a password': () => signIn({ email: people.passwordless, password: 'a wrong password' }),
    });
    assertAlike(times, 'wrong password');
  });

  it('does not tell why a code was refused', async () => {
    const enter = (email?: string) => test.request('/v1/sessions/email-link', { body: { email, code: 'wrong' } });
    const times = await sample(401, {
      'wrong code': () => enter(people.plain),
      'no code': () => enter(people.passwordless),
      'suspended user': () => enter(people.suspended),
      'unknown address': () => enter('nobody-here@example.com'),
    });
    assertAlike(times, 'wrong code');
  });

  it('does not tell whether an address is registered when asked to mail to it', async () => {
    for (const path of ['/v1/password-resets', '/v1/email-verifications', '/v1/email-links']) {
      let unknown = 0;
      const times = await sample(202, {
        registered: () => test.request(path, { body: { email: people.plain } }),
        unknown: () => test.request(path, { body: { email: `nobody${unknown++}@example.com` } }),
      });
      assertAlike(times, 'registered');
    }
  });

  it('does not tell whether an address is taken when it is registered', async () => {
    let free = 0;
    const register = (email: string) => test.request('/v1/users', { body: { email, password: 'a longer passphrase' } });
    const times = await sample(202, {
      taken: () => register(people.plain!),
      suspended: () => register(people.suspended!),
      deleted: () => register(people.deleted!),
      free: () => register(`free${free++}@example.com`),
    });
    assertAlike(times, 'taken');
  });
});

/** Milliseconds of `SAMPLES` calls of each case, after a few that warm up. */
async function sample(status: number, cases: Record<string, () => Promise<Answer>>): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = -5; round < SAMPLES; round++) {
    for (const name of Object.keys(cases).sort(() => Math.random() - 0.5)) {
      const startedAt = performance.now();
      assert.equal((await cases[name]!()).status, status, name);
      if (round >= 0) times[name]!.push(performance.now() - startedAt);
    }
  }
  return times;
}

function assertAlike(times: Record<string, number[]>, reference: string): void {
  const report = Object.entries(times).map(([name, values]) => {
    const share = faster(values, times[reference]!);
    return {
      name,
      share,
      line: `${name}: median ${median(values).toFixed(2)} ms, faster in ${(share * 100).toFixed(0)} %`,
    };
  });
  const telltale = report.filter(({ share }) => Math.abs(share - 0.5) > TELLTALE);
  assert.deepEqual(telltale, [], report.map(({ line }) => line).join('\n'));
  if (process.env.SHOW) console.log(report.map(({ line }) => line).join('\n'));
}

/** Mann-Whitney: the share of pairs in which the sample of `a` is the smaller one. */
function faster(a: number[], b: number[]): number {
  let wins = 0;
  for (const x of a) for (const y of b) wins += x < y ? 1 : x === y ? 0.5 : 0;
  return wins / (a.length * b.length);
}

function median(values: number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)]!;
}
