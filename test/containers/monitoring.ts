/** The monitoring of an installation with Docker Compose, with the rules as they are but for their spans, which no test can wait for. */
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { shortenRules } from '../../scripts/monitoring/files.ts';
import { type PrometheusClient, prometheusClient } from '../../scripts/monitoring/prometheus.ts';
import { eventually } from '../conditions.ts';
import type { Installation } from './installation.ts';

const PATIENCE_MS = 300_000;
const MONITORING = 'docker compose --profile monitoring up --detach --wait --no-deps';

export interface Monitoring extends PrometheusClient {
  /** Whether an alert fires now. */
  fires(alert: string): Promise<boolean>;
  /** Waits until an alert fires, or until it does not any more. */
  told(alert: string, state: 'firing' | 'over'): Promise<void>;
}

/**
 * Starts Prometheus, the exporter of PostgreSQL and monitoring/database-watch; which listens on a port that the engine chooses (`publishLater`).
 * @param factor divides every `for:` and every range of the rules; a scrape takes a second
 */
export async function startMonitoring(site: Installation, factor: number): Promise<Monitoring> {
  await writeMonitoring(site.path('monitoring'), factor);
  await site.works(`${MONITORING} database_watch postgres_exporter prometheus`);
  const prometheus = prometheusClient(
    `http://${await site.works('docker compose --profile monitoring port prometheus 9090')}`,
  );
  const fires = async (alert: string) =>
    (await prometheus.query(`ALERTS{alertname="${alert}", alertstate="firing"}`)).length > 0;
  return {
    ...prometheus,
    fires,
    told: async (alert, state) => {
      await eventually(`${alert} is ${state}`, async () => (await fires(alert)) === (state === 'firing'), PATIENCE_MS);
    },
  };
}

/** Copies the configuration into the folder of an installation. */
export async function writeMonitoring(folder: string, factor: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp('monitoring/prometheus', `${folder}/prometheus`, { recursive: true });
  await symlink(resolve('monitoring/database-watch'), `${folder}/database-watch`).catch(() => {});
  for (const name of await readdir(`${folder}/prometheus/rules`)) {
    const file = `${folder}/prometheus/rules/${name}`;
    await writeFile(file, shortenRules(await readFile(file, 'utf8'), factor));
  }
  const file = `${folder}/prometheus/prometheus.yml`;
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replaceAll(/^( *(?:scrape|evaluation)_interval:) .*/gm, '$1 1s').replace(/^ *scrape_timeout:.*\n/m, ''),
  );
}
