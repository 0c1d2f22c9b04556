/** The stand-ins of development, started by the service itself: a PostgreSQL, a mailbox and a Stripe. None of them exists in production. */
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompleteConfig, Config } from '../app/config.ts';
import type { Billing } from '../app/features/billing/billing.ts';
import { SANDBOX_KEY, SANDBOX_WEBHOOK_SECRET } from '../app/features/billing/settings.ts';
import type { Logger } from '../app/platform/telemetry/logger.ts';
import { StartError } from '../app/starting.ts';

const DATA_DIRECTORY = fileURLToPath(new URL('../.plinth', import.meta.url));

/** The started stand-ins: how to close them, and the lines that print their addresses. */
export interface StandIns {
  /**
   * Starts the stand-ins that requests need not wait for, and creates the catalog in Stripe.
   * @throws StartError if one cannot start, e.g. because its port is in use
   */
  ready(service: { billing: Billing }): Promise<void>;
  /** Lists where everything is that runs, whether a stand-in or not. */
  banner(config: CompleteConfig): string;
  close(): Promise<void>;
}

/** The data directory. Each port has its own, so that two copies of the service can run from one checkout. */
function dataDirectory({ port }: Config): string {
  return join(DATA_DIRECTORY, String(port));
}

/** The file in which the running service stores its database URL for commands. */
function noteFile(config: Config): string {
  return join(dataDirectory(config), 'running.json');
}

/**
 * Starts a stand-in for each of database, mail server and Stripe that the configuration does not set. Waits only for the database.
 * @returns the configuration with their addresses
 * @throws StartError if the database cannot start
 */
export async function startStandIns(
  config: Config,
  logger: Logger,
): Promise<{ config: CompleteConfig; standIns: StandIns }> {
  const log = (line: string) => logger.debug(line);
  const database = await orStartError(startDatabase(config, log));
  let mailbox: ReturnType<typeof startMailServer> | undefined;
  let stripe: ReturnType<typeof startStripe> | undefined;
  const standIns: StandIns = {
    async ready(service) {
      mailbox = startMailServer(config, log);
      stripe = startStripe(config, service);
      await orStartError(Promise.all([mailbox, stripe]));
    },
    banner: (complete) => banner(complete, config),
    async close() {
      const others = [mailbox, stripe].map((starting) => starting?.then((started) => started?.close()).catch(() => {}));
      await Promise.all([database?.close(), ...others]);
    },
  };
  const smtpUrl = `smtp://127.0.0.1:${config.mailboxSmtpPort}`;
  return { config: complete(config, database?.url, smtpUrl), standIns };
}

/** Turns a failed start of a stand-in into a StartError: the developer needs its message, not a stack trace. */
async function orStartError<T>(starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}

/**
 * The configuration of a command that runs beside `npm start`: it uses the embedded database of that service.
 * @throws Error if none is running and DATABASE_URL is not set
 */
export function findStandIns(config: Config): CompleteConfig {
  const mailbox = `smtp://127.0.0.1:${config.mailboxSmtpPort}`;
  if (config.databaseUrl) return complete(config, undefined, mailbox);
  try {
    const { databaseUrl } = JSON.parse(readFileSync(noteFile(config), 'utf8')) as { databaseUrl: string };
    return complete(config, databaseUrl, mailbox);
  } catch {
    throw new StartError(`No service is running on port ${config.port}. Start it with npm start, or set DATABASE_URL.`);
  }
}

function complete(config: Config, databaseUrl: string | undefined, smtpUrl: string | undefined): CompleteConfig {
  const self = `http://localhost:${config.port}`;
  return {
    ...config,
    databaseUrl: config.databaseUrl ?? databaseUrl!,
    smtpUrl: config.smtpUrl ?? smtpUrl!,
    appUrl: config.appUrl ?? self,
    apiUrl: config.apiUrl ?? self,
    ...(usesSandbox(config) && {
      stripeSecretKey: SANDBOX_KEY,
      stripeApiBase: `http://127.0.0.1:${config.stripeSandboxPort}`,
      stripeWebhookSecret: [SANDBOX_WEBHOOK_SECRET],
    }),
  };
}

/** True unless a Stripe key or another Stripe address is configured. */
function usesSandbox({ stripeSecretKey, stripeApiBase }: Config): boolean {
  return stripeSecretKey === undefined && stripeApiBase === undefined;
}

interface StandIn {
  url: string;
  close(): Promise<void>;
}

async function startDatabase(config: Config, log: (line: string) => void): Promise<StandIn | undefined> {
  if (config.databaseUrl) return undefined;
  const { startEmbeddedPostgres } = await import('./embedded-postgres.ts');
  const port = config.embeddedDatabasePort || undefined;
  const postgres = await startEmbeddedPostgres({
    directory: join(dataDirectory(config), 'postgres'),
    log,
    ...(port && { port }),
  });
  // The URL contains a password, so the file is readable only by its owner.
  await writeFile(noteFile(config), JSON.stringify({ databaseUrl: postgres.url }), { mode: 0o600 });
  return {
    url: postgres.url,
    async close() {
      await rm(noteFile(config), { force: true });
      await postgres.close();
    },
  };
}

async function startMailServer(
  config: Config,
  log: (line: string) => void,
): Promise<Pick<StandIn, 'close'> | undefined> {
  if (config.smtpUrl) return undefined;
  const { startMailbox } = await import('./mailbox.ts');
  const { mailboxSmtpPort: smtpPort, mailboxPort: webPort } = config;
  // Stored beside the data, so that emails survive a restart and a killed process leaves no files elsewhere.
  return startMailbox({ smtpPort, webPort, log, directory: join(dataDirectory(config), 'mailbox') });
}

async function startStripe(
  config: Config,
  { billing }: { billing: Billing },
): Promise<Pick<StandIn, 'close'> | undefined> {
  if (!usesSandbox(config)) return undefined;
  const { startSandbox } = await import('./stripe-sandbox.ts');
  const sandbox = await startSandbox({
    port: config.stripeSandboxPort,
    webhook: {
      url: `${config.apiUrl ?? `http://localhost:${config.port}`}/v1/webhooks/stripe`,
      secret: SANDBOX_WEBHOOK_SECRET,
      enabledEvents: [...billing.operations.webhookEvents],
    },
    stateFile: join(dataDirectory(config), 'stripe.json'),
  });
  await billing.operations.syncCatalog({ apply: true });
  return sandbox;
}

/** @param given the configuration before it was completed: it says which stand-ins are running */
function banner(config: CompleteConfig, given: Config): string {
  const lines = [
    ['API', config.apiUrl],
    ['API reference', `${config.apiUrl}/docs`],
    ...(given.smtpUrl ? [] : [['Mailbox', `http://localhost:${config.mailboxPort}`]]),
    ...(usesSandbox(given) ? [['Stripe sandbox', `http://localhost:${config.stripeSandboxPort}`]] : []),
    ['Metrics', `http://localhost:${config.metricsPort}/metrics`],
    ['Database', config.databaseUrl],
  ];
  // It reads the mailbox, and moves the time of the sandbox.
  const tip = given.smtpUrl || !usesSandbox(given) ? '' : 'Try: npm run demo. ';
  const rows = lines.map(([name, place]) => `  ${name!.padEnd(15)}${place}`);
  return `\n${config.productName} is running.\n\n${rows.join('\n')}\n\n${tip}Stop: Ctrl-C.\n\n`;
}
