/** A course in time, drawn as SVG: axes, lines or stacked areas, thresholds, exemplars. */
import type { Exemplar } from '../monitoring/prometheus.ts';
import { format } from './units.ts';

export interface Line {
  readonly name: string;
  readonly color: string;
  /** Seconds since 1970, and the value. */
  readonly points: readonly (readonly [number, number])[];
}

export interface ChartOptions {
  readonly width: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
  readonly lines: readonly Line[];
  readonly exemplars: readonly Exemplar[];
  readonly stacked: boolean;
  readonly fillOpacity: number;
  readonly unit: string | undefined;
  /** Drawn dashed; only those that are in sight. */
  readonly thresholds: readonly { readonly value: number; readonly color: string }[];
}

const LEFT = 62;
const BOTTOM = 20;
const TOP = 6;
const AXIS = '#8e8e99';
const GRID = '#24272d';

export function chart(options: ChartOptions): string {
  const { width, height, from, to, exemplars, stacked, fillOpacity, unit } = options;
  const lines = stacked ? stack(options.lines) : options.lines.map((line) => ({ ...line, base: undefined }));
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)), 1e-9);
  const ticks = niceTicks(highest);
  const top = ticks.at(-1)!;
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (width - LEFT - 8);
  const y = (value: number) => TOP + (1 - Math.min(value, top) / top) * (height - TOP - BOTTOM);

  const grid = ticks.map(
    (value) =>
      `<line x1="${LEFT}" x2="${width - 8}" y1="${y(value)}" y2="${y(value)}" stroke="${GRID}"/>` +
      `<text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end" fill="${AXIS}">${format(value, unit)}</text>`,
  );
  const inSight = timeTicks(from, to).filter((at) => x(at) < width - 20);
  const clock = inSight.map(
    (at) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${height - BOTTOM}" stroke="${GRID}"/>` +
      `<text x="${x(at)}" y="${height - 4}" text-anchor="middle" fill="${AXIS}">${new Date(at * 1_000).toISOString().slice(11, 16)}</text>`,
  );
  const drawn = lines.map(({ color, points, base }) => {
    const runs = unbroken(points, options.stepSeconds * 1.5);
    const path = runs.map(
      (run) => `M${run.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join('L')}`,
    );
    const floor = (at: number) => y(base?.get(at) ?? 0);
    const areas = runs.map((run, position) => {
      const back = run.toReversed().map(([at]) => `L${x(at).toFixed(1)},${floor(at).toFixed(1)}`);
      return `<path d="${path[position]}${back.join('')}Z" fill="${color}" fill-opacity="${fillOpacity / 100}"/>`;
    });
    return `${areas.join('')}<path d="${path.join('')}" fill="none" stroke="${color}" stroke-width="1.4" stroke-linejoin="round"/>`;
  });
  const limits = options.thresholds
    .filter(({ value }) => value <= top)
    .map(
      ({ value, color }) =>
        `<line x1="${LEFT}" x2="${width - 8}" y1="${y(value)}" y2="${y(value)}" stroke="${color}" stroke-dasharray="8 6" stroke-opacity="0.8"/>`,
    );
  const marks = exemplars
    .filter(({ at, value }) => at >= from && at <= to && value <= top)
    .map(({ at, value }) => [x(at), y(value)] as const);
  const diamonds = apart(marks).map(
    ([left, down]) => `<path d="M${left},${down - 4}l4,4l-4,4l-4,-4z" fill="#5794f2" fill-opacity="0.75"/>`,
  );
  const content = [...grid, ...clock, ...drawn, ...limits, ...diamonds].join('');
  return `<svg width="${width}" height="${height}" font-size="11">${content}</svg>`;
}

/** One for each spot, as Grafana does: they would hide the lines. */
function apart(marks: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return [...new Map(marks.map((mark) => [mark.map((pixels) => Math.round(pixels / 14)).join(), mark])).values()];
}

/** Each line on top of those before it. */
function stack(lines: readonly Line[]): (Line & { base: Map<number, number> })[] {
  let sums = new Map<number, number>();
  return lines.map((line) => {
    const base = sums;
    const points = line.points.map(([at, value]) => [at, value + (base.get(at) ?? 0)] as const);
    sums = new Map([...base, ...points]);
    return { ...line, points, base };
  });
}

function unbroken(points: Line['points'], gapSeconds: number): Line['points'][] {
  const runs: (readonly [number, number])[][] = [];
  for (const point of points) {
    const last = runs.at(-1)?.at(-1);
    if (last && point[0] - last[0] <= gapSeconds) runs.at(-1)!.push(point);
    else runs.push([point]);
  }
  return runs;
}

/** From 0 to above the highest, in steps of 1, 2 or 5 times a power of ten. */
function niceTicks(highest: number): number[] {
  const raw = highest / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10);
  return Array.from({ length: Math.ceil(highest / step - 1e-9) + 1 }, (_, position) => position * step);
}

/** Full minutes, some six of them. */
function timeTicks(from: number, to: number): number[] {
  const step = [60, 120, 300, 600, 900, 1_800, 3_600, 10_800].find((seconds) => (to - from) / seconds <= 7) ?? 21_600;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, position) => first + position * step);
}
