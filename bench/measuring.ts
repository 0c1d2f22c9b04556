/** Measurements, and interleaving several of them: two runs of one program can differ more than two programs do. */

import type { Load, Outcome } from './load/protocol.ts';
import { ask, cpuSeconds, machineCpuSeconds, startWorker, stop } from './processes.ts';
import { median } from './statistics.ts';

export interface Subject {
  readonly pid: number;
  readonly port: number;
}

export interface Measurement extends Outcome {
  readonly perSecond: number;
  /** The CPU time of the server and of PostgreSQL, in microseconds. */
  readonly serverCpuUs: number;
  readonly postgresCpuUs: number;
  /** The CPU time that other programs took, as a share of the machine's two cores. */
  readonly othersShare: number;
}

/** The share of the machine that other programs took, in every measurement so far. */
const othersShares: number[] = [];

/** The median share of the machine that other programs took, over all measurements; 0 without any. */
export function disturbance(): number {
  return othersShares.length === 0 ? 0 : median(othersShares);
}

export interface Meter {
  measure(subject: Subject, load: Omit<Load, 'port'>): Promise<Measurement>;
  close(): Promise<void>;
}

export function createMeter(postgresPid: number): Meter {
  const generator = startWorker('rest', new URL('./load/generator.ts', import.meta.url));
  const sample = ({ pid }: Subject) => [
    cpuSeconds(pid),
    cpuSeconds(postgresPid),
    cpuSeconds(generator.pid!),
    machineCpuSeconds(),
  ];

  return {
    async measure(subject, load) {
      const before = sample(subject);
      const outcome = await ask<Outcome>(generator, { ...load, port: subject.port }, load.durationMs + 30_000);
      const [server, postgres, generating, machine] = sample(subject).map((value, index) => value - before[index]!);
      const { answers, seconds } = outcome;
      const othersShare = Math.max(0, machine! - server! - postgres! - generating!) / seconds / 2;
      othersShares.push(othersShare);
      return {
        ...outcome,
        perSecond: answers / seconds,
        serverCpuUs: (server! / answers) * 1e6,
        postgresCpuUs: (postgres! / answers) * 1e6,
        othersShare,
      };
    },
    close: () => stop(generator),
  };
}

type Sides = Record<string, () => Promise<unknown>>;
type Results<S extends Sides> = { [Name in keyof S]: Awaited<ReturnType<S[Name]>>[] };

/** Runs each of `sides` once per round. The order changes from round to round, so that no side always runs first. */
export async function interleave<S extends Sides>(rounds: number, sides: S): Promise<Results<S>> {
  const names = Object.keys(sides);
  const results: Record<string, unknown[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name]!.push(await sides[name]!());
  }
  return results as Results<S>;
}

/** The median over rounds of one side's value divided by the other's in the same round. */
export function ratio<Result>(
  ours: readonly Result[],
  theirs: readonly Result[],
  value: (result: Result) => number,
): number {
  return median(ours.map((result, round) => value(result) / value(theirs[round]!)));
}

/** A readable summary of a side: medians over its rounds. */
export function describe(measurements: readonly Measurement[]): string {
  const middle = (value: (measurement: Measurement) => number) => median(measurements.map(value));
  const rate = Math.round(middle(({ perSecond }) => perSecond)).toLocaleString('en');
  const microseconds = (value: (measurement: Measurement) => number) => `${Math.round(middle(value))} us`;
  return [
    `${rate}/s`,
    `server CPU ${microseconds(({ serverCpuUs }) => serverCpuUs)}`,
    `PostgreSQL CPU ${microseconds(({ postgresCpuUs }) => postgresCpuUs)} a request`,
    `p99 ${middle(({ p99 }) => p99).toFixed(1)} ms`,
    `others ${Math.round(middle(({ othersShare }) => othersShare) * 100)} % of the machine`,
  ].join(', ');
}

/** @throws Error if an answer has another status than `status`, because then something else was measured */
export function requireStatus(measurement: Measurement, status: number): Measurement {
  const others = Object.keys(measurement.statuses).filter((key) => Number(key) !== status);
  if (others.length > 0) throw new Error(`unexpected answers: ${JSON.stringify(measurement.statuses)}`);
  return measurement;
}
