/**
 * Generates Grafana's dashboards from `monitoring/grafana/source/` and from the `tools/dashboard.ts` of features: `--write` writes them and deletes
 * those whose source is gone, `--check` fails if they are stale.
 */
import { globSync } from 'node:fs';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { http } from '../monitoring/grafana/source/http.ts';
import { jobs } from '../monitoring/grafana/source/jobs.ts';
import { logs } from '../monitoring/grafana/source/logs.ts';
import { type FeaturePromise, overview } from '../monitoring/grafana/source/overview.ts';
import { postgresql } from '../monitoring/grafana/source/postgresql.ts';
import { runtime } from '../monitoring/grafana/source/runtime.ts';
import { type Generated, runGenerator } from './source/generated.ts';
import { loadTools } from './source/tools.ts';

const FOLDER = 'monitoring/grafana/dashboards';

/** A feature's `tools/dashboard.ts`. */
interface DashboardTool {
  dashboard: Dashboard;
  /** Its service level objectives, for the overview. */
  promises?: readonly FeaturePromise[];
}

async function dashboardFiles(): Promise<Generated> {
  const tools = await loadTools<DashboardTool>('dashboard.ts');
  const promises = tools.flatMap(({ promises: own = [] }) => own);
  const all = [overview(promises), http, ...tools.map(({ dashboard }) => dashboard), jobs, runtime, postgresql, logs];
  const files = all.map((made): [string, string] => [
    `${FOLDER}/${made.uid!.replace('plinth-', '')}.json`,
    `${JSON.stringify(made, null, 2)}\n`,
  ]);
  return { files: new Map(files), existing: globSync(`${FOLDER}/*.json`) };
}

await runGenerator(import.meta.url, dashboardFiles);
