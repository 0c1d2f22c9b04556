/** A complete installation: api and worker as separate processes, mail server, Stripe, Prometheus, Alertmanager. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { type StripeSandbox, startStripeSandbox } from 'stripe-sandbox';
import { createCertificate } from '../../app/features/email/testing/certificate.ts';
import { freePort } from '../../dev/free-port.ts';
import { type Mailbox, startMailbox } from '../../dev/mailbox.ts';
import { METRICS as STATES } from '../../monitoring/database-watch/main.ts';
import { type PrometheusClient, prometheusClient } from '../../scripts/monitoring/prometheus.ts';
import { type Stack, type StackOptions, startStack } from '../../scripts/monitoring/stack.ts';
import { PRODUCTION, type ServiceProcess, startProcess } from '../faults/service-process.ts';
import { startOtlpReceiver } from '../telemetry/otlp-receiver.ts';
import { type Receiver, startReceiver } from './receiver.ts';

export interface Installation {
  /** The address of the api. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly mailbox: Mailbox;
  readonly stripe: StripeSandbox & { readonly url: string };
  readonly stack: Stack;
  readonly prometheus: PrometheusClient;
  readonly receiver: Receiver;
  readonly worker: ServiceProcess;
  /** Starts another worker to replace one that has ended. */
  startWorker(): Promise<ServiceProcess>;
}

export interface InstallationOptions {
  readonly databaseUrl: string;
  readonly env?: Record<string, string>;
  /** With monitoring/database-watch, which finds that everything about backups has happened. */
  readonly backups?: true;
  readonly shortened: Pick<StackOptions, 'fasterScrapes' | 'shorterSpans'>;
}

/** Starts the installation on free ports. It is stopped after the test. */
export async function startInstallation(t: TestContext, options: InstallationOptions): Promise<Installation> {
  const { databaseUrl } = options;
  const mailbox = await startMailbox({ smtpPort: 0, webPort: 0 });
  t.after(() => mailbox.close());
  const url = `http://127.0.0.1:${await freePort()}`;
  const secret = `whsec_${Buffer.from('of this test alone').toString('base64')}`;
  const stripe = await startStripeSandbox({ port: 0, webhooks: [{ url: `${url}/v1/webhooks/stripe`, secret }] });
  t.after(() => stripe.close());
  const collector = await startOtlpReceiver();
  t.after(() => collector.close());
  const metricsPorts = { api: await freePort(), worker: await freePort() };
  const env = {
    PATH: process.env.PATH!,
    ...PRODUCTION,
    APP_ENV: 'staging',
    RELEASE: 'test',
    PORT: new URL(url).port,
    APP_URL: await serveCertificate(t),
    API_URL: url,
    // The demo tells Stripe to redirect to this address.
    CORS_ORIGINS: url,
    DATABASE_URL: databaseUrl,
    SMTP_URL: mailbox.smtpUrl,
    STRIPE_SECRET_KEY: 'sk_test_ofthistest',
    STRIPE_API_BASE: stripe.url,
    STRIPE_WEBHOOK_SECRET: secret,
    // Points on panels lead to traces, so there are none without.
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_TRACES_SAMPLER_ARG: '0.5',
    ...options.env,
  };
  await promisify(execFile)(process.execPath, ['app/cli.ts', 'catalog', 'sync', '--apply'], { env });
  const start = async (role: 'api' | 'worker') => {
    const started = startProcess(t, role, { ...env, METRICS_PORT: String(metricsPorts[role]) });
    await started.ready();
    return started;
  };
  const [, worker] = await Promise.all([start('api'), start('worker')]);

  const receiver = await startReceiver(t);
  const folder = await mkdtemp(join(tmpdir(), 'plinth-monitoring-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const stack = await startStack({
    folder,
    prometheusPort: await freePort(),
    alertmanagerPort: await freePort(),
    service: Object.entries(metricsPorts).map(([role, port]) => ({ target: `127.0.0.1:${port}`, role })),
    database: { url: databaseUrl, exporterPort: await freePort() },
    tell: (config) => receiver.tell(config),
    ...options.shortened,
    databaseWatch: options.backups && (await startDatabaseWatch(t, folder)),
  });
  t.after(() => stack.stop());
  const prometheus = prometheusClient(stack.prometheus.url);
  return { url, databaseUrl, mailbox, stripe, stack, prometheus, receiver, worker, startWorker: () => start('worker') };
}

/** @returns where it listens */
async function startDatabaseWatch(t: TestContext, folder: string): Promise<string> {
  const PORT = String(await freePort());
  const state = [...Object.keys(STATES), 'unknown'].map((name) => `${name} ${Math.floor(Date.now() / 1_000)}\n`);
  await writeFile(join(folder, 'all.prom'), state.join(''));
  const options = { env: { PORT, STATE_FOLDER: folder }, stdio: 'ignore' } as const;
  const watch = spawn(process.execPath, ['monitoring/database-watch/main.ts'], options);
  t.after(() => watch.kill());
  return `127.0.0.1:${PORT}`;
}

/** A public URL with a certificate, for the worker to check. */
async function serveCertificate(t: TestContext): Promise<string> {
  const { pem, privateKey } = createCertificate({ from: new Date('2020-01-01'), to: new Date('2049-01-01') });
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' });
  const server = createServer({ cert: pem, key }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
