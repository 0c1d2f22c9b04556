/**
 * Ways in against a model: random walks of a person who adds and removes factors, changes the password and has devices remembered. After
 * each step, every combination of proofs that there is gets the answer that the model predicts: the person gets in with each combination
 * that is enough, and nobody gets in with less, nor with a proof that was taken back.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import { liftRateLimits } from '../../../../test/conditions.ts';
import { createUser, startTestService, type TestService } from '../../../../test/service.ts';
import { DAY_MS, SECOND_MS } from '../../../platform/clock.ts';
import { addTotp } from '../testing/authenticator-app.ts';
import { createPasskey, type SoftwarePasskey } from '../tools/software-authenticator.ts';

type Action =
  | { kind: 'add totp' | 'remove totp' | 'add passkey' | 'make codes' | 'change password' | 'end sessions' }
  | { kind: 'remove passkey' | 'remember'; which: number }
  | { kind: 'wait'; days: number };

/** A proof, and whether it is good. What was taken back stays in the walk as a proof that must not be good. */
interface Held<T> {
  readonly value: T;
  good: boolean;
}

interface Person {
  readonly email: string;
  passwords: Held<string>[];
  totps: Held<string>[];
  passkeys: Held<{ key: SoftwarePasskey; id: string }>[];
  codes: Held<string>[];
  devices: (Held<string> & { until: number })[];
}

type Proof =
  | { kind: 'password'; held: Held<string> }
  | { kind: 'totp'; held: Held<string> }
  | { kind: 'code'; held: Held<string> }
  | { kind: 'passkey'; held: Person['passkeys'][number]; verifies: boolean };
interface Attempt {
  first: Proof;
  second?: Proof;
  device?: Person['devices'][number];
}

const WALKS = Number(process.env.WALKS ?? 2);
const some = <T>(list: readonly T[]): T | undefined => list.at(-1);

describe('the ways into an account', () => {
  let test: TestService;
  const met = new Set<string>();
  before(async () => {
    test = await startTestService({ schedules: false, env: { ACCESS_TOKEN_MINUTES: '60' } });
    await liftRateLimits(test);
  });
  after(() => test.close());

  const now = () => test.clock.now().getTime();
  const needsTwo = ({ totps, passkeys }: Person) => [...totps, ...passkeys].some(({ good }) => good);

  /** What the model says of an attempt. */
  function isEnough(person: Person, { first, second, device }: Attempt): boolean {
    if (!first.held.good || first.kind === 'totp' || first.kind === 'code') return false;
    if (!needsTwo(person) || (first.kind === 'passkey' && first.verifies)) return true;
    if (device?.good && device.until > now()) return true;
    if (!second?.held.good || second.kind === 'password') return false;
    return second.kind !== 'passkey' || first.kind === 'password' || second.verifies;
  }

  async function sign(passkey: SoftwarePasskey, userVerified: boolean, challenge?: string) {
    const { status, body } = await test.request('/v1/sessions/passkey/options', { body: { challenge } });
    assert.equal(status, 200);
    return { challenge: body.challenge, credential: passkey.sign(body.options, { userVerified }) };
  }

  /** @returns the answer of the last request: a session, or a refusal */
  async function attempt({ email }: Person, { first, second, device }: Attempt, rememberDevice = false) {
    const deviceToken = device?.value;
    const begin =
      first.kind === 'passkey'
        ? { path: '/passkey', body: await sign(first.held.value.key, first.verifies) }
        : { path: '', body: { email, password: first.held.value } };
    const begun = await test.request(`/v1/sessions${begin.path}`, { body: { ...begin.body, deviceToken } });
    if (begun.status !== 403 || !second || second.kind === 'password') return begun;
    // No code of the walk is a repetition of the last one.
    test.clock.advance(31 * SECOND_MS);
    const { token: challenge } = begun.body.challenge;
    const answers = {
      totp: async () => ({ totp: codeAt(String(second.held.value), test.clock.now()) }),
      code: async () => ({ recoveryCode: String(second.held.value) }),
      passkey: async () => {
        const { held, verifies } = second as Proof & { kind: 'passkey' };
        return { credential: (await sign(held.value.key, verifies, challenge)).credential };
      },
    };
    const body = { challenge, ...(await answers[second.kind]()), deviceToken, rememberDevice };
    return test.request('/v1/sessions/second-factor', { body });
  }

  /** Every combination of the last good and the last bad proof of each kind. */
  function attempts({ passwords, totps, passkeys, codes, devices }: Person): Attempt[] {
    const both = <T>(held: readonly Held<T>[]) =>
      [some(held.filter(({ good }) => good)), some(held.filter(({ good }) => !good))].filter(
        (each) => each !== undefined,
      );
    const keys = both(passkeys).flatMap((held) =>
      [true, false].map((verifies) => ({ kind: 'passkey', held, verifies }) as const),
    );
    const firsts: Proof[] = [...both(passwords).map((held) => ({ kind: 'password', held }) as const), ...keys];
    const seconds: (Proof | undefined)[] = [
      ...[undefined, ...both(totps).map((held) => ({ kind: 'totp', held }) as const)],
      ...[...both(codes).map((held) => ({ kind: 'code', held }) as const), ...keys],
    ];
    const known = [undefined, ...devices.slice(-2)];
    return firsts.flatMap((first) =>
      seconds.flatMap((second) =>
        known.map((device) => ({
          first,
          ...(second && { second }),
          ...(device && { device: device as Person['devices'][number] }),
        })),
      ),
    );
  }

  async function judge(person: Person, tried: Attempt): Promise<string | undefined> {
    const enough = isEnough(person, tried);
    const { status, body } = await attempt(person, tried);
    const name = `${tried.first.kind}, ${tried.second?.kind ?? 'nothing'}${tried.device ? ', device' : ''}`;
    met.add(`${name}: ${enough}`);
    assert.equal(status === 201, enough, `${name}: ${status} ${JSON.stringify(body)}`);
    // A code works once, also where it was more than was needed.
    if (status === 201 && tried.second?.kind === 'code' && !tried.device) {
      const used = needsTwo(person) && !(tried.first.kind === 'passkey' && tried.first.verifies);
      if (used) tried.second.held.good = false;
    }
    return status === 201 ? body.accessToken : undefined;
  }

  /** Signs in with all that is needed. @returns an access token that may change factors */
  async function enter(person: Person): Promise<string> {
    const ways = attempts(person).filter(
      (tried) => !tried.device && isEnough(person, tried) && tried.second?.kind !== 'code',
    );
    const codes = attempts(person).filter((tried) => !tried.device && isEnough(person, tried));
    const way = ways[0] ?? codes[0];
    assert.ok(way, 'the person is locked out');
    return (await judge(person, way))!;
  }

  function forgetDevices(person: Person): void {
    for (const device of person.devices) device.until = 0;
  }
  /** Codes end with the last factor. */
  function endCodes(person: Person): void {
    if (!needsTwo(person)) for (const code of person.codes) code.good = false;
  }

  const acts: { [K in Action['kind']]: (person: Person, action: Action & { kind: K }) => Promise<void> } = {
    async 'add totp'(person) {
      const secret = await addTotp(test, { accessToken: await enter(person) });
      for (const held of person.totps) held.good = false;
      person.totps.push({ value: secret, good: true });
    },
    async 'remove totp'(person) {
      const token = await enter(person);
      const { status } = await test.request('/v1/users/me/totp', { method: 'DELETE', token });
      const had = person.totps.some(({ good }) => good);
      assert.equal(status, had ? 204 : 404);
      for (const held of person.totps) held.good = false;
      // Where there was nothing to remove, nothing changes.
      if (had) endCodes(person);
    },
    async 'add passkey'(person) {
      const token = await enter(person);
      const { body } = await test.request('/v1/passkeys/options', { method: 'POST', token });
      const key = createPasskey(body.options, { counts: person.passkeys.length % 2 === 0 });
      const request = { challenge: body.challenge, credential: key.created };
      const added = await test.request('/v1/passkeys', { token, body: request });
      assert.equal(added.status, 201, JSON.stringify(added.body));
      person.passkeys.push({ value: { key, id: added.body.id }, good: true });
    },
    async 'remove passkey'(person, { which }) {
      const good = person.passkeys.filter((held) => held.good);
      const held = good[which % Math.max(1, good.length)];
      if (!held) return;
      const token = await enter(person);
      const { status } = await test.request(`/v1/passkeys/${held.value.id}`, { method: 'DELETE', token });
      assert.equal(status, 204);
      held.good = false;
      endCodes(person);
    },
    async 'make codes'(person) {
      const token = await enter(person);
      const { body } = await test.request('/v1/users/me/recovery-codes', { method: 'POST', token });
      for (const held of person.codes) held.good = false;
      person.codes.push(...(body.codes as string[]).map((value) => ({ value, good: true })));
    },
    async 'change password'(person) {
      const token = await enter(person);
      const newPassword = `a password that is new ${Math.random()}`;
      const { status } = await test.request('/v1/users/me/password', { method: 'PUT', token, body: { newPassword } });
      assert.equal(status, 204);
      for (const held of person.passwords) held.good = false;
      person.passwords.push({ value: newPassword, good: true });
      forgetDevices(person);
    },
    async 'end sessions'(person) {
      const token = await enter(person);
      assert.equal((await test.request('/v1/sessions', { method: 'DELETE', token })).status, 204);
      forgetDevices(person);
    },
    async remember(person, { which }) {
      const ways = attempts(person).filter(
        (tried) =>
          !tried.device &&
          tried.second &&
          tried.second.kind !== 'code' &&
          isEnough(person, tried) &&
          !isEnough(person, { first: tried.first }),
      );
      const way = ways[which % Math.max(1, ways.length)];
      if (!way) return;
      const { status, body } = await attempt(person, way, true);
      assert.equal(status, 201);
      person.devices.push({ value: body.deviceToken, good: true, until: now() + 30 * DAY_MS });
    },
    async wait(_person, { days }) {
      test.clock.advance(days * DAY_MS);
    },
  };

  const action: fc.Arbitrary<Action> = fc.oneof(
    ...(['add totp', 'remove totp', 'add passkey', 'make codes', 'change password', 'end sessions'] as const).map(
      (kind) => fc.constant<Action>({ kind }),
    ),
    fc.record({ kind: fc.constantFrom('remove passkey' as const, 'remember' as const), which: fc.nat(5) }),
    fc.record({ kind: fc.constant('remember' as const), which: fc.nat(5) }),
    fc.record({ kind: fc.constant('wait' as const), days: fc.constantFrom(1, 29, 31) }),
  );

  async function walk(actions: readonly Action[]): Promise<void> {
    const { email, password } = await createUser(test);
    const person: Person = {
      ...{ email, passwords: [{ value: password, good: true }], totps: [], passkeys: [], codes: [], devices: [] },
    };
    for (const each of actions) {
      await acts[each.kind](person, each as never);
      for (const tried of attempts(person)) await judge(person, tried);
    }
  }

  const timeout = 120_000 + WALKS * 3_000;
  it('are open to their owner with enough proof, and to nobody with less, after any change', { timeout }, async () => {
    // Written down, so that every run meets them.
    await walk([
      ...[{ kind: 'make codes' }, { kind: 'add totp' }, { kind: 'make codes' }, { kind: 'remember', which: 0 }],
      ...[
        { kind: 'add passkey' },
        { kind: 'change password' },
        { kind: 'remove totp' },
        { kind: 'remember', which: 1 },
      ],
      ...[
        { kind: 'wait', days: 31 },
        { kind: 'remove passkey', which: 0 },
      ],
    ] as Action[]);
    const runs = { numRuns: WALKS };
    await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 8 }), walk), runs);
    const outcomes = [
      ...['password, nothing: true', 'password, nothing: false', 'password, totp: true', 'password, totp: false'],
      ...['password, code: true', 'password, code: false', 'password, passkey: true', 'passkey, nothing: true'],
      ...[
        'passkey, nothing: false',
        'passkey, passkey: false',
        'password, nothing, device: true',
        'password, nothing, device: false',
      ],
    ];
    assert.deepEqual(
      outcomes.filter((outcome) => !met.has(outcome)),
      [],
      'every outcome is met',
    );
  });
});
