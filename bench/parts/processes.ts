/** `GET /v1/users/me` to two processes under a supervisor, beside one process: the CPU of a request, and how evenly the two share them. */
import { createMeter, describe, interleave, ratio, requireStatus, type Subject } from '../measuring.ts';
import { childrenOf, cpuSeconds } from '../processes.ts';
import { median } from '../statistics.ts';
import { openTokens } from '../tokens.ts';
import { CALLERS, meRequests } from './me.ts';
import { CONNECTIONS, type Part, USERS } from './part.ts';

export const measureProcesses: Part = async ({ stage, quick }) => {
  const url = await stage.database(USERS);
  const [one, two] = [await stage.api(url), await stage.api(url, { env: { PROCESSES: '2' } })];
  const tokens = await openTokens(url);
  const meter = createMeter(stage.postgresPid);
  const work = { kind: 'list', requests: meRequests(tokens, USERS, CALLERS) } as const;
  const durationMs = quick ? 1_000 : 4_000;
  const measure = async (subject: Subject) =>
    requireStatus(await meter.measure(subject, { connections: CONNECTIONS, durationMs, work }), 200);
  const shares: number[] = [];
  const measureTwo = async () => {
    const before = childrenOf(two.pid).map(cpuSeconds);
    const measurement = await measure(two);
    const used = childrenOf(two.pid).map((pid, index) => cpuSeconds(pid) - before[index]!);
    shares.push(Math.max(...used) / Math.min(...used));
    return measurement;
  };
  for (const subject of [one, two]) await measure(subject);
  const measured = await interleave(quick ? 5 : 9, { one: () => measure(one), two: measureTwo });
  await Promise.all([meter.close(), one.stop(), two.stop()]);
  return {
    figures: {
      processesCpu: ratio(measured.two, measured.one, ({ serverCpuUs }) => serverCpuUs),
      processesShares: median(shares),
    },
    details: [
      { label: 'one process', text: describe(measured.one) },
      { label: 'two processes', text: describe(measured.two) },
    ],
    raw: { ...measured, shares },
  };
};
