/** Sign-in: the password hash should be nearly all of its cost, and other routes should hardly slow down. */
import { hash } from '@node-rs/argon2';
import type { HashingLoad, HashingOutcome } from '../limit/argon2.ts';
import { httpRequest } from '../load/protocol.ts';
import { createMeter, describe, interleave, ratio, requireStatus } from '../measuring.ts';
import { ask, cpuSeconds, startWorker, stop } from '../processes.ts';
import { emailOf, HASH, PASSWORD } from '../seed.ts';
import { median } from '../statistics.ts';
import { type Part, USERS } from './part.ts';

/** The number that keeps a password waiting whenever a hash is finished. */
const CONNECTIONS = 8;
const PROBE = { request: httpRequest('GET', '/livez'), everyMs: 10 };
/** More users than sign in during one measurement. */
const PEOPLE = 1_000;

interface Hashing {
  readonly perSecond: number;
  readonly serverCpuUs: number;
}

export const measureLogin: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const api = await stage.api(url);
  const meter = createMeter(stage.postgresPid);
  const hashing = startWorker('server', new URL('../limit/argon2.ts', import.meta.url));
  const phc = await hash(PASSWORD, { algorithm: 2, ...HASH });
  const durationMs = quick ? 1_500 : 6_000;

  const verifyAlone = async (concurrency: number): Promise<Hashing> => {
    const load: HashingLoad = { phc, password: PASSWORD, concurrency, durationMs };
    const before = cpuSeconds(hashing.pid!);
    const { answers, seconds } = await ask<HashingOutcome>(hashing, load, durationMs + 10_000);
    return { perSecond: answers / seconds, serverCpuUs: ((cpuSeconds(hashing.pid!) - before) / answers) * 1e6 };
  };
  let first = 0;
  const signIn = async () => {
    // Use other users in each round, because a first sign-in writes the most.
    const requests = Array.from({ length: PEOPLE }, (_, index) => {
      const body = JSON.stringify({ email: emailOf(first + index), password: PASSWORD });
      return httpRequest('POST', '/v1/sessions', {}, body);
    });
    first += PEOPLE;
    const load = { connections: CONNECTIONS, durationMs, work: { kind: 'list', requests }, probe: PROBE } as const;
    return requireStatus(await meter.measure(api, load), 201);
  };

  const [one, two] = [await verifyAlone(1), await verifyAlone(2)];
  const saturating = two.perSecond > one.perSecond ? 2 : 1;
  await signIn();
  const { service, bare } = await interleave(quick ? 3 : 7, { service: signIn, bare: () => verifyAlone(saturating) });
  await Promise.all([meter.close(), stop(hashing), api.stop()]);

  const rate = median(bare.map(({ perSecond }) => perSecond)).toFixed(1);
  const cpuUs = Math.round(median(bare.map(({ serverCpuUs }) => serverCpuUs)));
  return {
    figures: {
      login: ratio<Hashing>(service, bare, ({ perSecond }) => perSecond),
      livez: median(service.map(({ probeP99 }) => probeP99)),
    },
    details: [
      { label: 'service', text: describe(service) },
      { label: 'bare argon2', text: `${rate}/s, CPU ${cpuUs} us per hash, ${saturating} at a time` },
      {
        label: 'CPU, bare to service',
        text: ratio<Hashing>(bare, service, ({ serverCpuUs }) => serverCpuUs).toFixed(2),
      },
    ],
    raw: { service, bare },
  };
};
