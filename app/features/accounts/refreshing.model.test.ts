/**
 * Refreshing against a model: sequences of refreshes with the current, the previous or an older token, of time that passes and of
 * sign-outs; after each step the service must have done what the model predicts. Some sequences are written down, so that every outcome
 * is met in every run; fast-check invents the others.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { rows } from '../../../test/conditions.ts';
import { createUser, signIn, startTestService, type TestService } from '../../../test/service.ts';
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts';
import { parseRefreshToken } from './refresh-tokens.ts';

interface Model {
  /** By the test's clock, in Unix milliseconds. */
  now: number;
  createdAt: number;
  refreshedAt: number;
  generation: number;
  /** The generation whose predecessor was last answered late, and how many in a row were. */
  late: { generation: number; run: number };
  ended: boolean;
}

interface Real {
  test: TestService;
  accessToken: string;
  /** Refresh tokens by generation, from 1. */
  tokens: string[];
}

type Command = fc.AsyncCommand<Model, Real>;

const isAlive = (model: Model) =>
  !model.ended && model.now - model.refreshedAt < 30 * DAY_MS && model.now - model.createdAt < 180 * DAY_MS;

const isLate = (model: Model) => model.now - model.refreshedAt > 10 * SECOND_MS;

/** Which outcomes the sequences have met. */
const seen = new Set<string>();

/** A refresh with the token `back` generations before the current one. */
class Refresh implements Command {
  readonly back: number;
  constructor(back: number) {
    this.back = back;
  }
  check = (model: Readonly<Model>) => model.generation > this.back;

  async run(model: Model, real: Real): Promise<void> {
    const used = model.generation - this.back;
    const wasEnded = model.ended;
    const body = { refreshToken: real.tokens[used - 1] };
    // The database times rotations by its own clock, which goes on while the test runs. This makes its answer the model's.
    const hours = isLate(model) ? -1 : 1;
    const rotated = `update sessions set rotated_at = clock_timestamp() + $2 * interval '1 hour' where id = $1`;
    await rows(real.test, rotated, parseRefreshToken(real.tokens[0]!)!.sessionId, hours);
    const answer = await real.test.request('/v1/sessions/refresh', { body });
    if (!isAlive(model)) {
      assert.equal(answer.body.code, 'session_revoked');
    } else if (this.back === 0) {
      assert.equal(answer.status, 200);
      real.tokens.push(answer.body.refreshToken);
      model.generation++;
      model.refreshedAt = model.now;
      assert.equal(new Set(real.tokens).size, model.generation);
    } else if (this.back === 1 && this.isAnswered(model)) {
      assert.deepEqual([answer.status, answer.body.refreshToken], [200, real.tokens[model.generation - 1]]);
    } else {
      assert.equal(answer.body.code, 'session_revoked');
      model.ended = true;
    }
    seen.add(
      wasEnded ? 'after the end' : `${['current', 'previous'][this.back] ?? 'older'}, ${answer.body.code ?? 'good'}`,
    );
    await assertAccess(model, real);
  }

  /** True if a previous token is, and remembers a late answer. */
  private isAnswered(model: Model): boolean {
    const { generation, late } = model;
    if (!isLate(model) || late.generation === generation) return true;
    const run = late.generation === generation - 1 ? late.run + 1 : 1;
    if (run > 3) return false;
    model.late = { generation, run };
    return true;
  }

  toString = () => `refresh(${['current', 'previous'][this.back] ?? `${this.back} back`})`;
}

class Pass implements Command {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  check = () => true;

  async run(model: Model, real: Real): Promise<void> {
    real.test.clock.advance(this.ms);
    model.now += this.ms;
  }

  toString = () => `pass(${this.ms / SECOND_MS} s)`;
}

class SignOut implements Command {
  check = (model: Readonly<Model>) => isAlive(model) && model.now - model.createdAt < 600 * SECOND_MS;

  async run(model: Model, real: Real): Promise<void> {
    const { test, accessToken: token } = real;
    assert.equal((await test.request('/v1/sessions/current', { method: 'DELETE', token })).status, 204);
    model.ended = true;
    await assertAccess(model, real);
  }

  toString = () => 'signOut';
}

/** The first access token works for its ten minutes, and until the session ends. */
async function assertAccess(model: Model, { test, accessToken: token }: Real): Promise<void> {
  if (model.now - model.createdAt >= 600 * SECOND_MS) return;
  assert.equal((await test.request('/v1/users/me', { token })).status, model.ended ? 401 : 200);
}

describe('refreshing', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  async function run(email: string, steps: Iterable<Command>): Promise<void> {
    const { accessToken, refreshToken } = await signIn(test, email);
    const now = test.clock.now().getTime();
    const late = { generation: 0, run: 0 };
    const model: Model = { now, createdAt: now, refreshedAt: now, generation: 1, late, ended: false };
    await fc.asyncModelRun(() => ({ model, real: { test, accessToken, tokens: [refreshToken] } }), steps);
  }

  it('does what its model predicts, whatever the outcome', async () => {
    const { email } = await createUser(test);
    const [current, previous, older] = [0, 1, 2].map((back) => new Refresh(back)) as [Refresh, Refresh, Refresh];
    const turn = [current, new Pass(11 * SECOND_MS), previous];
    for (const steps of [
      [current, previous, current, previous, older, current],
      [current, new Pass(DAY_MS), previous, previous, current, older, previous],
      [...turn, ...turn, ...turn, current, previous, ...turn, ...turn, ...turn, current, new Pass(DAY_MS), previous],
      [current, new Pass(30 * DAY_MS), current],
      [current, new Pass(30 * DAY_MS), previous],
      [current, current, new Pass(30 * DAY_MS), older],
      [current, new SignOut(), current, previous],
    ])
      await run(email, steps);
    const outcomes = ['current', 'previous', 'older'].flatMap((token) => [
      `${token}, good`,
      `${token}, session_revoked`,
    ]);
    const expected = outcomes.filter((outcome) => outcome !== 'older, good');
    assert.deepEqual(seen, new Set([...expected, 'after the end']));
  });

  it('does what its model predicts, in sequences that nobody thought of', async () => {
    const { email } = await createUser(test);
    const refresh = fc.constantFrom(0, 0, 0, 1, 1, 2).map((back) => new Refresh(back));
    const shortly = fc.constantFrom(1, 11 * SECOND_MS, 11 * SECOND_MS).map((ms) => new Pass(ms));
    const long = fc.constantFrom(DAY_MS, 29 * DAY_MS, 30 * DAY_MS).map((ms) => new Pass(ms));
    const commands = fc.commands([refresh, refresh, refresh, shortly, shortly, long, fc.constant(new SignOut())], {
      maxCommands: 20,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(commands, async (steps) => run(email, steps)),
      { numRuns: 60 },
    );
  });
});
