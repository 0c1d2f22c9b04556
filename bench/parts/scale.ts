/** The same requests on a small and on a large database: the cost must not grow with the number of users. */
import {
  createMeter,
  describe,
  interleave,
  type Measurement,
  ratio,
  requireStatus,
  type Subject,
} from '../measuring.ts';
import { openTokens } from '../tokens.ts';
import { meRequests } from './me.ts';
import type { Part } from './part.ts';

const SMALL = 10_000;
const LARGE = 1_000_000;
/** Callers spread over all users, so that the large database's rows are not all cached. */
const CALLERS = 5_000;
/** A small number, so that latency shows the work and not the queue. */
const CONNECTIONS = 8;
const PATHS = { me: '/v1/users/me', list: '/v1/sessions' };

export const measureScale: Part = async ({ stage, quick }) => {
  const large = quick ? LARGE / 10 : LARGE;
  const meter = createMeter(stage.postgresPid);
  const durationMs = quick ? 700 : 4_000;

  const side = async (users: number) => {
    const url = await stage.database(users);
    const api = await stage.api(url);
    const tokens = await openTokens(url);
    const measure = (path: string) => {
      // Once for all rounds: a new token costs a signature to verify.
      const work = { kind: 'list', requests: meRequests(tokens, users, CALLERS, path) } as const;
      return async () =>
        requireStatus(await meter.measure(api as Subject, { connections: CONNECTIONS, durationMs, work }), 200);
    };
    return { api, me: measure(PATHS.me), list: measure(PATHS.list) };
  };
  const few = await side(SMALL);
  const many = await side(large);
  const compare = async (path: keyof typeof PATHS) => {
    for (const warmUp of [few, many]) await warmUp[path]();
    return interleave(quick ? 3 : 7, { few: few[path], many: many[path] });
  };
  const me = await compare('me');
  const list = await compare('list');
  await Promise.all([meter.close(), few.api.stop(), many.api.stop()]);

  const p99 = ({ p99 }: Measurement) => p99;
  const cpu = ({ serverCpuUs, postgresCpuUs }: Measurement) => serverCpuUs + postgresCpuUs;
  return {
    figures: {
      scaleMeP99: ratio(me.many, me.few, p99),
      scaleMeCpu: ratio(me.many, me.few, cpu),
      scaleListP99: ratio(list.many, list.few, p99),
      scaleListCpu: ratio(list.many, list.few, cpu),
    },
    details: [
      { label: `/me, ${SMALL.toLocaleString('en')} users`, text: describe(me.few) },
      { label: `/me, ${large.toLocaleString('en')} users`, text: describe(me.many) },
      { label: `list, ${SMALL.toLocaleString('en')} users`, text: describe(list.few) },
      { label: `list, ${large.toLocaleString('en')} users`, text: describe(list.many) },
    ],
    raw: { users: [SMALL, large], me, list },
  };
};
