/**
 * Three tabs of a browser in random interleavings of calls, refreshes, expiry, closed tabs, lost requests and answers, and sign-outs, against the
 * real service. INTERLEAVINGS is their number.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type ApiProblem, isApiError } from '@plinth/client';
import { getMe } from '@plinth/client/operations';
import fc from 'fast-check';
import { liftRateLimits, rows } from '../conditions.ts';
import { createUser, PASSWORD, startTestService, type TestService } from '../service.ts';
import { createBrowser, type Tab } from './browser.ts';

const RUNS = Number(process.env.INTERLEAVINGS ?? 160);
const TABS = 3;
const tab = fc.nat(TABS - 1);
const turns = fc.nat(6);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('call' as const), tab, turns }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('refresh' as const), tab, turns }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('expire' as const), turns }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('lose' as const),
      ...{ tab, what: fc.constantFrom('request' as const, 'answer' as const), times: fc.integer({ min: 1, max: 6 }) },
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delay' as const), tab, turns }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const), tab, turns }) },
);
const wayOut = fc.record({ do: fc.constant('sign-out' as const), tab, turns });
type Step = Parameters<Parameters<typeof step.map>[0]>[0] | { do: 'sign-out'; tab: number; turns: number };

describe('a session in three tabs', { timeout: 600_000 }, () => {
  let test: TestService;
  let email: string;
  before(async () => {
    test = await startTestService({ schedules: false });
    await liftRateLimits(test);
    ({ email } = await createUser(test));
  });
  after(() => test.close());

  for (const mode of ['cookie', 'bearer'] as const) {
    for (const modern of [true, false]) {
      const where = `${mode} mode, ${modern ? 'Web Locks and a channel' : 'neither Web Locks nor a channel'}`;

      it(`never ends for somebody who did not sign out: ${where}`, { timeout: 600_000 }, async () => {
        const steps = fc.array(step, { minLength: 4, maxLength: 14 });
        await check(steps, async (given) => {
          const { tabs } = await play(mode, modern, given);
          for (const { client } of tabs) {
            assert.equal((await client.call(getMe)).email, email);
            assert.equal(client.session.state.status, 'signed-in');
          }
        });
      });

      it(`ends in every tab once somebody signs out: ${where}`, { timeout: 600_000 }, async () => {
        const steps = fc.tuple(fc.array(step, { maxLength: 6 }), wayOut, fc.array(step, { maxLength: 6 }));
        await check(
          steps.map(([first, out, then]) => [...first, out, ...then]),
          async (given) => {
            const { tabs, tokens } = await play(mode, modern, given);
            for (const { client } of tabs) {
              const { error } = await client.attempt(getMe);
              assert.equal(error?.status, 401, JSON.stringify(error));
              assert.equal(client.session.state.status, 'signed-out');
            }
            // Not only forgotten here: the service refuses what anybody may have kept.
            for (const token of tokens) {
              assert.equal((await test.request('/v1/users/me', { token })).status, 401);
            }
          },
        );
      });
    }
  }

  async function check(steps: fc.Arbitrary<Step[]>, holds: (steps: Step[]) => Promise<void>): Promise<void> {
    await fc.assert(fc.asyncProperty(steps, holds), {
      numRuns: Math.ceil(RUNS / 8),
      endOnFailure: true,
      timeout: 20_000,
    });
  }

  /** Plays the steps, heals the network, and waits for everything that was begun. */
  async function play(mode: 'cookie' | 'bearer', modern: boolean, steps: readonly Step[]) {
    const browser = createBrowser(test, { mode, modern });
    const tabs = Array.from({ length: TABS }, () => browser.open());
    await tabs[0]!.client.session.signIn({ email, password: PASSWORD });
    for (const { client } of tabs.slice(1)) await client.session.restore();
    const begun: Promise<{ error?: unknown }>[] = [];
    let late = 0;
    for (const each of steps) {
      // Eleven minutes pass, and no request takes as long.
      if (each.do === 'expire') await browser.arrived();
      begun.push(settled(act(each, tabs, () => browser.open())));
      // Answers that come later than ten seconds, of which the service allows three generations in a row.
      if (each.do === 'expire' && ++late <= 3) await rows(test, AGE_ROTATIONS);
      for (let turn = 0; turn < ('turns' in each ? each.turns : 0); turn++) await setImmediate();
    }
    for (const { error } of await Promise.all(begun)) {
      if (error !== undefined) assert.ok(isAllowed(error), error as Error);
    }
    for (const { heal } of tabs) heal();
    for (const each of tabs) await each.client.session.restore();
    return { tabs, tokens: browser.tokens };
  }

  function act(each: Step, tabs: Tab[], open: () => Tab): Promise<unknown> | undefined {
    if (each.do === 'expire') return void test.clock.advance(11 * 60_000);
    const { client, lose, delay, kill, ended } = tabs[each.tab]!;
    // What a closed page waited for, nobody waits for any more.
    const whileOpen = (work: Promise<unknown>) => Promise.race([work, ended]);
    if (each.do === 'call') return whileOpen(client.call(getMe));
    if (each.do === 'refresh') return whileOpen(client.session.refresh());
    if (each.do === 'sign-out') return whileOpen(client.session.signOut());
    if (each.do === 'lose') return void lose(each.what, each.times);
    if (each.do === 'delay') return void delay(each.turns);
    kill();
    const opened = open();
    tabs[each.tab] = opened;
    return Promise.race([opened.client.session.restore(), opened.ended]);
  }
});

/** Looks at a failure later, without leaving it unhandled until then. */
const settled = (work: Promise<unknown> | undefined): Promise<{ error?: unknown }> =>
  Promise.resolve(work).then(
    () => ({}),
    (error: unknown) => ({ error }),
  );

const AGE_ROTATIONS = `update sessions set rotated_at = rotated_at - interval '1 minute' where ended_at is null`;

/** A call may fail because the network did, and after a sign-out because of that; never for another reason. */
function isAllowed(error: unknown): boolean {
  const known = ['connection_failed', 'timed_out', 'unauthenticated', 'session_revoked', 'token_expired'];
  return isApiError(error) && known.includes((error as ApiProblem).code);
}
