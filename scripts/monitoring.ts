/**
 * `npm run monitoring`: runs Prometheus and Alertmanager beside `npm start`, with the files of `monitoring/`, until Ctrl-C. Alerts go to the
 * mailbox. The programs must be installed; if one is missing, it names the packages.
 */
import { readFileSync } from 'node:fs';
import { readScriptEnvironment } from './environment.ts';
import { findProgram } from './monitoring/programs.ts';
import { startStack } from './monitoring/stack.ts';

const env = readScriptEnvironment();
const port = env.PORT ?? '5000';
const metricsPort = env.METRICS_PORT ?? '9464';
const prometheusPort = Number(env.PROMETHEUS_PORT ?? 9090);
const alertmanagerPort = Number(env.ALERTMANAGER_PORT ?? 9093);
const exporterPort = Number(env.POSTGRES_EXPORTER_PORT ?? 9187);

const missing = (['prometheus', 'alertmanager'] as const).filter((name) => !findProgram(name));
if (missing.length > 0) {
  process.stderr.write(
    `Not installed: ${missing.join(', ')}. On Debian and Ubuntu:\n\n` +
      '  sudo apt-get install --no-install-recommends prometheus prometheus-alertmanager prometheus-postgres-exporter\n' +
      '  sudo systemctl disable --now prometheus prometheus-alertmanager prometheus-postgres-exporter   # otherwise they start on their own\n\n' +
      'To run everything, Grafana included, with Docker: docker compose up.\n',
  );
  process.exit(1);
}

const database = databaseUrl();
try {
  const stack = await startStack({
    folder: `.plinth/${port}/monitoring`,
    prometheusPort,
    alertmanagerPort,
    service: [{ target: `localhost:${metricsPort}`, role: 'all' }],
    ...(database && { database: { url: database, exporterPort } }),
    tell: (config) => {
      config.global = { ...config.global, smtp_smarthost: `localhost:${env.MAILBOX_SMTP_PORT ?? 1_025}` };
    },
  });
  const pages = await pagesOf(prometheusPort);
  process.stdout.write(`
  Alerts             ${pages}/alerts
  Rules              ${pages}/rules
  Targets            ${pages}/targets
  Alertmanager       http://localhost:${alertmanagerPort}
  Emails of alerts   http://localhost:${env.MAILBOX_PORT ?? 1_080}
${stack.exporter ? '' : '\n  PostgreSQL itself is not monitored: prometheus-postgres-exporter is not installed, or no database is known.\n'}${(await answers(`http://localhost:${metricsPort}/metrics`)) ? '' : `\n  Nothing answers on port ${metricsPort} yet. Start the service in another terminal: npm start\n`}
  Ctrl-C stops them.

`);
  const interrupted = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(undefined));
  });
  const ended = await Promise.race([interrupted, stack.ended]);
  await stack.stop();
  if (ended) throw new Error(`${ended} stopped unexpectedly.`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

/** DATABASE_URL, or the URL of the running service's embedded database. */
function databaseUrl(): string | undefined {
  if (env.DATABASE_URL) return env.DATABASE_URL;
  try {
    return (JSON.parse(readFileSync(`.plinth/${port}/running.json`, 'utf8')) as { databaseUrl: string }).databaseUrl;
  } catch {
    return undefined;
  }
}

/** The URL of Prometheus' web pages. Debian packages only the older ones, under /classic. */
async function pagesOf(prometheus: number): Promise<string> {
  const root = `http://localhost:${prometheus}`;
  return (await answers(`${root}/classic/alerts`)) ? `${root}/classic` : root;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
