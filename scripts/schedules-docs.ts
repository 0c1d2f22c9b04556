/** Generates `docs/schedules.md` from the schedules that the service runs: `--write` writes it, `--check` fails if it is stale. It connects to nothing. */
import { schedules } from '../app/worker.ts';
import { type Generated, runGenerator } from './source/generated.ts';
import { createUnconnectedService } from './source/unconnected.ts';

const HEADER = `# Schedules

Generated from the schedules of each feature: \`npm run generate\`.

A worker starts each job at these times, in UTC, in one process. If all workers were away, it starts once when one is back. The metric
\`job_duration_seconds\` shows the runs; with \`SENTRY_DSN\` each schedule also checks in at Sentry, which reports one that is missed.

| queue | cron | what it does |
|---|---|---|
`;

async function document(): Promise<Generated> {
  const service = await createUnconnectedService();
  const rows = schedules(service).map(({ queue, cron, about }) => `| \`${queue.name}\` | \`${cron}\` | ${about} |`);
  return { files: new Map([['docs/schedules.md', `${HEADER}${rows.join('\n')}\n`]]), existing: [] };
}

await runGenerator(import.meta.url, document);
// The service keeps timers, and is never started.
process.exit();
