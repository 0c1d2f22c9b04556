/**
 * The walk of waits. Every operation of the document that changes something is stopped at every step that it awaits; its caller then loses
 * the right to it, by a real operation of somebody else; then the request goes on. The rule: **if the loss was acknowledged before the
 * request took effect, the request is refused and leaves nothing behind.** A request that took effect first may succeed, and what it handed
 * out is void afterwards where the loss says so (a session that ends takes its tokens along).
 *
 * Left behind is every row that concerns the people and organizations of the act, except counted attempts. A request takes effect with its
 * last commit (`decisionOf`).
 *
 * WAITS=all runs every combination. Otherwise a part is drawn; WAITS=<seed> draws the same part again.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually, liftRateLimits, value } from '../../../../../test/conditions.ts';
import { readOperations } from '../../../../../test/faults/operations.ts';
import { createHalfSender, type HalfSender } from '../../../../../test/half-sent.ts';
import { surroundings } from '../../../../../test/resources.ts';
import type { Answer } from '../../../../../test/service.ts';
import { HOUR_MS, MINUTE_MS } from '../../../../platform/clock.ts';
import { type BillingService, startBillingService } from '../scene.ts';
import {
  type Act,
  type Contents,
  createAct,
  type Deed,
  deedsOf,
  EXEMPT,
  isOfOperators,
  type Setting,
} from './deeds.ts';
import { type Event, events } from './events.ts';
import { createStops, decisionOf, firstLockOf, type Step, type Stops, untilStopped, type Watch } from './stops.ts';

const ACTS_AT_ONCE = 6;
const STOPPED_AT_ONCE = 60;
const given = process.env.WAITS;
/** Longer than a test of one request may take; everything takes longer still. */
const patiently = { timeout: given === 'all' ? HOUR_MS : 5 * MINUTE_MS };
type StopsBefore = (index: number, steps: readonly Step[]) => boolean;

const AT_LOCK: StopsBefore = (index, steps) => firstLockOf(steps) === index;
/** Before its body has arrived. */
const BODY = -1;

interface Stopped {
  readonly deed: Deed;
  /** The number of the step. */
  readonly stop: () => number;
  readonly watch: Watch;
  /** Sends the rest, if the request was half-sent, and lets it go on. */
  goOn(): Promise<Answer>;
  readonly answered: () => boolean;
}

describe('the walk of waits', patiently, () => {
  const sender: HalfSender = createHalfSender();
  const stops: Stops = createStops();
  const seed = given === undefined || given === 'all' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  const random = given === 'all' ? undefined : mulberry(seed);
  let billing: BillingService;
  let deeds: Deed[];
  /** Steps of each deed when nothing happens, by `nameOf`. */
  const traces = new Map<string, readonly string[]>();
  const counts = { pairs: new Set<string>(), stops: 0, came: 0, refused: 0, violations: [] as string[] };

  before(async () => {
    billing = await startBillingService(
      { DATABASE_POOL_SIZE: '120', DATABASE_LANES: '30', ...(await surroundings()) },
      {
        async routes(app) {
          await sender.routes(app);
          await stops.routes(app);
        },
        asking: () => stops.asking(),
      },
    );
    stops.install(billing.test);
    await liftRateLimits(billing.test);
    const { operations } = await readOperations(billing.test);
    deeds = deedsOf(operations);
    const named = new Set([...deeds.map(({ operationId }) => operationId), ...Object.keys(EXEMPT)]);
    for (const operation of operations) {
      const { id, method } = operation;
      if (method !== 'GET' && !isOfOperators(operation)) assert.ok(named.has(id), `${id} is neither walked nor exempt`);
    }
  });
  after(() => {
    stops.releaseAll();
    return billing.close();
  });

  const nameOf = ({ operationId, proof }: Deed) => `${operationId} by ${proof}`;

  /** Sends the request of a deed, and waits until it has stopped before a step. */
  async function stop(deed: Deed, act: Act, where: number | StopsBefore): Promise<Stopped> {
    const { path, call } = deed.call(act);
    const { test } = billing;
    let answered = false;
    if (where === BODY) {
      const half = await sender.send(test.url, path, call);
      const watch = stops.watch();
      const goOn = async () => {
        const answer = await half.finish();
        answered = true;
        return answer;
      };
      return { deed, stop: () => BODY, watch, goOn, answered: () => answered };
    }
    // Not behind the first lock: a request may take fewer steps than the one before.
    const before: StopsBefore =
      typeof where === 'number' ? (index, steps) => index === where || firstLockOf(steps) === index : where;
    let stopped = 0;
    const watch = stops.watch((index, steps) => {
      if (!before(index, steps) && steps[index] !== 'answer') return false;
      stopped = index;
      return true;
    });
    const sent = test.request(path, { ...call, headers: { ...call.headers, 'x-request-id': watch.id } });
    void sent.then(() => {
      answered = true;
    });
    await untilStopped(watch, sent).catch((error: Error) => {
      throw new Error(`${nameOf(deed)}: ${error.message}`);
    });
    const goOn = () => {
      watch.release();
      return sent;
    };
    return { deed, stop: () => stopped, watch, goOn, answered: () => answered };
  }

  /** The stops of a deed that hold no lock: anything may happen at them. */
  function freeStops(deed: Deed): number[] {
    const steps = traces.get(nameOf(deed))!;
    const free = steps.slice(0, (firstLockOf(steps) ?? decisionOf(steps)) + 1).map((_, index) => index);
    return deed.proof !== 'body' && deed.call.length > 0 ? [BODY, ...free] : free;
  }

  function violated(event: Event, { deed, stop: at, watch }: Stopped, { status, body }: Answer, why: string): void {
    const index = at();
    const place = index === BODY ? 'the body' : `step ${index} (${watch.steps[index]?.slice(0, 90)})`;
    counts.violations.push(`${nameOf(deed)}, ${event.name} before ${place}: ${why}; ${status} ${JSON.stringify(body)}`);
  }

  /** The answer of a request whose caller had lost the right before the request took effect. */
  function judge(event: Event, stopped: Stopped, answer: Answer): void {
    const { deed, watch } = stopped;
    counts.pairs.add(`${nameOf(deed)} ${event.name}`);
    counts.stops++;
    if (answer.status >= 500) violated(event, stopped, answer, 'failed');
    else if (answer.status >= 400) counts.refused++;
    else if (stopped.stop() <= decisionOf(watch.steps)) violated(event, stopped, answer, 'succeeded');
    else counts.came++;
  }

  const happen = (event: Event, act: Act, watch?: Watch) => {
    const { test } = billing;
    return event.happen(
      act,
      (path, call) => test.request(path, { ...call, ...(watch && { headers: { 'x-request-id': watch.id } }) }),
      (command) => (watch ? stops.run(watch, () => command(test)) : command(test)),
    );
  };

  const chosen = <T>(all: readonly T[], count: number): T[] =>
    random
      ? [...all]
          .map((item) => ({ item, at: random() }))
          .sort((a, b) => a.at - b.at)
          .slice(0, count)
          .map(({ item }) => item)
      : [...all];

  const inSetting = (event: Event, setting: Setting) =>
    deeds.filter((deed) => deed.setting === setting && event.ends(deed));
  const plan = () =>
    events.flatMap((event) =>
      (['organization', 'subscription'] as const)
        .filter((setting) => inSetting(event, setting).length > 0)
        .map((setting) => ({ event, setting })),
    );

  /** Runs `walk` for each item of a plan, one after the other. A few acts are created at once: each waits for emails most of the time. */
  async function withActs<T extends { setting: Setting }>(
    items: readonly T[],
    walk: (item: T, act: Act) => Promise<void>,
  ) {
    for (let start = 0; start < items.length; start += ACTS_AT_ONCE) {
      const some = items.slice(start, start + ACTS_AT_ONCE);
      const acts = await Promise.all(
        // Once more: on a busy machine PostgreSQL takes longer than the service waits for a connection.
        some.map(({ setting }) => createAct(billing, setting).catch(() => createAct(billing, setting))),
      );
      for (const [index, item] of some.entries()) await walk(item, acts[index]!);
    }
  }

  it('knows the steps of every request, each of which succeeds when nothing happens', patiently, async () => {
    const acts: Partial<Record<Setting, Act>> = {};
    for (const deed of deeds) {
      const attempt = async () => {
        acts[deed.setting] ??= await createAct(billing, deed.setting);
        const { path, call } = deed.call(acts[deed.setting]!);
        const watch = stops.watch();
        const answer = await billing.test.request(path, {
          ...call,
          headers: { ...call.headers, 'x-request-id': watch.id },
        });
        return { watch, answer };
      };
      let { watch, answer } = await attempt();
      if (answer.status >= 400 || decisionOf(watch.steps) < 0) {
        // Deeds before have used the act up.
        delete acts[deed.setting];
        ({ watch, answer } = await attempt());
      }
      assert.ok(answer.status < 300, `${nameOf(deed)}: ${answer.status} ${JSON.stringify(answer.body)}`);
      assert.ok(decisionOf(watch.steps) >= 0, `${nameOf(deed)} takes no effect: ${JSON.stringify(watch.steps)}`);
      traces.set(nameOf(deed), watch.steps);
    }
  });

  it('grants nothing after the right was lost before the request held a lock', patiently, async () => {
    // An event happens to an act once, and each request that is stopped in a transaction keeps a connection.
    const items = plan().flatMap(({ event, setting }) => {
      const all = inSetting(event, setting).flatMap((deed) => freeStops(deed).map((index) => ({ deed, index })));
      const drawn = random ? chosen(all, STOPPED_AT_ONCE) : all;
      return chunksOf(drawn, STOPPED_AT_ONCE).map((some) => ({ event, setting, some }));
    });
    await withActs(items, async ({ event, setting, some }, act) => {
      const stopped: Stopped[] = [];
      for (const { deed, index } of some) stopped.push(await stop(deed, act, index));
      await happen(event, act);
      const before = await act.contents();
      for (const each of stopped) judge(event, each, await each.goOn());
      const left = differences(before, await act.contents());
      if (left.length > 0) counts.violations.push(`${event.name}, ${setting}: left behind in ${left.join(', ')}`);
    });
  });

  it('grants nothing to a request that waits for the lock of the loss', patiently, async () => {
    const { test } = billing;
    const waiters = `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await withActs(chosen(plan(), 12), async ({ event, setting }, act) => {
      const stopped: Stopped[] = [];
      for (const deed of chosen(inSetting(event, setting), 30))
        stopped.push(await stop(deed, act, firstLockOf(traces.get(nameOf(deed))!) === undefined ? 0 : AT_LOCK));
      // The loss has done everything but commit.
      const loss = stops.watch(
        (_, steps) => steps.at(-1) === 'commit' && steps.some((text) => /^\s*(insert|update|delete)/i.test(text)),
      );
      const happened = happen(event, act, loss);
      await Promise.race([loss.stopped, happened]);
      const answers = stopped.map((each) => each.goOn());
      await eventually('every request has an answer or waits', async () => {
        const open = stopped.filter(({ answered }) => !answered()).length;
        return open <= (await value(test, waiters));
      });
      const sent = stopped.map(({ watch }) => watch.steps.length);
      loss.release();
      await happened;
      for (const [index, answer] of (await Promise.all(answers)).entries()) {
        const each = stopped[index]!;
        // Sent before the commit of the loss.
        if (decisionOf(each.watch.steps) < sent[index]!) {
          counts.pairs.add(`${nameOf(each.deed)} ${event.name}`);
          counts.stops++;
          if (answer.status < 400) counts.came++;
          else counts.refused++;
        } else judge(event, each, answer);
      }
    });
  });

  it(
    'makes the loss wait for a request that holds its lock, and voids what the request handed out',
    patiently,
    async () => {
      const { test } = billing;
      const all = events.flatMap((event) =>
        deeds
          .filter((deed) => event.ends(deed))
          .flatMap((deed) => {
            const steps = traces.get(nameOf(deed))!;
            const lock = firstLockOf(steps);
            const last = decisionOf(steps);
            if (lock === undefined) return [];
            return steps.flatMap((_, index) =>
              index > lock && index <= last ? [{ event, deed, behind: index - lock }] : [],
            );
          }),
      );
      const drawn = chosen(all, 8).map((each) => ({ ...each, setting: each.deed.setting }));
      await withActs(drawn, async ({ event, deed, behind }, act) => {
        const held = await stop(deed, act, (index, steps) => index - (firstLockOf(steps) ?? index) === behind);
        let acknowledged = false;
        const happened = happen(event, act).finally(() => {
          acknowledged = true;
        });
        happened.catch(() => {}); // Looked at below, perhaps after it was refused.
        const waiters = `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        await eventually(
          'the loss is acknowledged or waits',
          async () => acknowledged || (await value(test, waiters)) > 0,
        );
        if (acknowledged) {
          // A request with fewer steps than before has taken effect already, and may have ended the right to the loss.
          if (held.stop() > decisionOf(held.watch.steps)) await happened.catch(() => {});
          else await happened;
          judge(event, held, await held.goOn());
          return;
        }
        const answer = await held.goOn();
        // The request may have taken the right to the loss in its turn, as the deletion of the account does.
        await (answer.status < 400 ? happened.catch(() => {}) : happened);
        counts.pairs.add(`${nameOf(deed)} ${event.name}`);
        counts.stops++;
        if (answer.status < 400) counts.came++;
        else counts.refused++;
        const { accessToken, secret } = answer.body ?? {};
        if (accessToken && event.voids.tokens) {
          const { status } = await test.request('/v1/users/me', { token: accessToken });
          if (status !== 401) violated(event, held, answer, `its token is good for ${status}`);
        }
        if (secret && event.voids.keys) {
          const { status } = await test.request(act.scene.path, { token: secret });
          if (status < 400) violated(event, held, answer, `its key is good for ${status}`);
        }
      });
    },
  );

  it('finds no violation', (t) => {
    const { pairs, stops: stopped, came, refused, violations } = counts;
    const operations = new Set(deeds.map(({ operationId }) => operationId)).size;
    t.diagnostic(
      `The walk of waits: ${operations} operations x ${events.length} events, ${pairs.size} pairs at ${stopped} stops ` +
        `(${refused} refused, ${came} took effect first), ${violations.length} violations; ${random ? `WAITS=${seed}` : 'all'}`,
    );
    assert.deepEqual(violations, []);
    assert.ok(operations >= 28 && stopped >= 200, `${operations} operations, ${stopped} stops`);
  });
});

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** The names of the tables that differ. */
function differences(before: readonly Contents[], after: readonly Contents[]): string[] {
  // PostgreSQL may read the parts of a union in parallel, and then answers them in any order.
  const digests = new Map(after.map(({ name, digest }) => [name, digest]));
  return before.flatMap(({ name, digest }) => (digests.get(name) === digest ? [] : [name]));
}

/** Pseudo-random numbers from 0 to 1 (mulberry32). */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
