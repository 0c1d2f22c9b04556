/** The figures of the benchmark, their budgets, and the verdict on each. */
export interface Budget {
  readonly title: string;
  readonly unit: '' | 'ms' | 's' | 'MB';
  /** The better direction of the value. */
  readonly better: 'more' | 'less';
  readonly must: number;
  readonly aim: number;
}

export const budgets = {
  me: { title: 'GET /v1/users/me, ratio to the limit', unit: '', better: 'more', must: 0.72, aim: 0.9 },
  meBlind: { title: '/me to a limit that asks nothing', unit: '', better: 'more', must: 0.35, aim: 0.5 },
  telemetry: { title: '/me with all telemetry, ratio to none', unit: '', better: 'more', must: 0.85, aim: 0.9 },
  login: { title: 'login, ratio to the bare argon2 rate', unit: '', better: 'more', must: 0.9, aim: 0.97 },
  livez: { title: '/livez p99 meanwhile', unit: 'ms', better: 'less', must: 50, aim: 20 },
  refresh: { title: "refresh, ratio to the limit's transaction", unit: '', better: 'more', must: 1.5, aim: 2 },
  refreshOnce: { title: 'refresh, ratio to one bare statement', unit: '', better: 'more', must: 0.7, aim: 0.9 },
  intake: { title: 'webhook intake, ratio to the limit', unit: '', better: 'more', must: 0.7, aim: 1 },
  firstStart: { title: 'first start, from nothing', unit: 's', better: 'less', must: 6, aim: 3 },
  laterStart: { title: 'later starts', unit: 's', better: 'less', must: 2, aim: 1 },
  idleMemory: { title: 'api process, idle', unit: 'MB', better: 'less', must: 105, aim: 90 },
  loadedMemory: { title: 'api process, under load', unit: 'MB', better: 'less', must: 250, aim: 180 },
  scaleMeP99: { title: '/me p99, many users to 10,000', unit: '', better: 'less', must: 1.5, aim: 1.1 },
  scaleMeCpu: { title: '/me CPU, many users to 10,000', unit: '', better: 'less', must: 1.5, aim: 1.1 },
  scaleListP99: { title: 'session list p99, many users to 10,000', unit: '', better: 'less', must: 1.5, aim: 1.1 },
  scaleListCpu: { title: 'session list CPU, many users to 10,000', unit: '', better: 'less', must: 1.5, aim: 1.1 },
  exportMemory: { title: 'export of a million events, above idle', unit: 'MB', better: 'less', must: 64, aim: 32 },
  exportBystanders: { title: '/me p99 beside an export, to without', unit: '', better: 'less', must: 1.5, aim: 1.2 },
  revocation: { title: 'revocation in another process, p99', unit: 'ms', better: 'less', must: 25, aim: 10 },
  processesCpu: { title: 'CPU a request, two processes to one', unit: '', better: 'less', must: 1.1, aim: 1.03 },
  processesShares: {
    title: "two processes' shares, larger to smaller",
    unit: '',
    better: 'less',
    must: 1.1,
    aim: 1.03,
  },
  neighbours: { title: 'p99 beside 100 locked calls, to without', unit: '', better: 'less', must: 1.5, aim: 1.1 },
  express: { title: '/me, times Express with jsonwebtoken and pg', unit: '', better: 'more', must: 2, aim: 4 },
  betterAuth: { title: '/me, times a session of better-auth', unit: '', better: 'more', must: 5, aim: 10 },
  commits: { title: 'commits/s, flush +3 ms, to no hints', unit: '', better: 'more', must: 0.9, aim: 0.97 },
} as const satisfies Record<string, Budget>;

export type FigureName = keyof typeof budgets;
export type Verdict = 'PASS, aim met' | 'PASS' | 'short';

export interface Figure extends Budget {
  readonly name: string;
  readonly value: number;
  readonly verdict: Verdict;
}

/** A line of detail below a part's figures, e.g. the throughput of each side. */
export interface Detail {
  readonly label: string;
  readonly text: string;
}

/** The findings of a part of the benchmark. `raw` is copied into the JSON unchanged. */
export interface Findings<Name extends string = FigureName> {
  readonly figures: Partial<Record<Name, number>>;
  readonly details: readonly Detail[];
  readonly raw: unknown;
}

/** Compares a measured value with its budget. */
export function judge(name: string, budget: Budget, value: number): Figure {
  const meets = (bound: number) => (budget.better === 'more' ? value >= bound : value <= bound);
  const verdict = meets(budget.aim) ? 'PASS, aim met' : meets(budget.must) ? 'PASS' : 'short';
  return { name, ...budget, value, verdict };
}

/** One line of the table, in columns. */
export function formatFigure({ title, unit, better, must, aim, value, verdict }: Figure): string {
  const sign = better === 'more' ? '>=' : '<=';
  const bound = (number: number) => `${sign} ${number}${unit && ` ${unit}`}`;
  const shown = `${value.toFixed(unit === 'MB' ? 0 : 2)}${unit && ` ${unit}`}`;
  return `  ${title.padEnd(44)}${shown.padStart(9)}   must ${bound(must).padEnd(10)} aim ${bound(aim).padEnd(10)} ${verdict}`;
}
