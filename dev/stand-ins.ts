/** The stand-ins of development, started by the service itself: a PostgreSQL, a mailbox and those of features. None of them exists in production. */
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CompleteConfig, type Config, camelCase } from '../app/config.ts';
import type { StandIn } from '../app/platform/development.ts';
import { type ReadinessCheck, ReadinessFailure } from '../app/platform/http/health.ts';
import type { Setting } from '../app/platform/settings/settings.ts';
import type { Logger } from '../app/platform/telemetry/logger.ts';
import { settings } from '../app/settings.ts';
import { StartError } from '../app/start-error.ts';

const DATA_DIRECTORY = fileURLToPath(new URL('../.plinth', import.meta.url));

/** The started stand-ins: how to close them, and the lines that print their addresses. */
export interface StandIns<Used> {
  /**
   * Starts the stand-ins that requests need not wait for.
   * @throws StartError if one cannot start, e.g. because its port is in use
   */
  ready(service: Used): Promise<void>;
  /** Fails until `ready` resolved: a script that waits for `/readyz` finds the mailbox and the others. */
  readonly readiness: ReadinessCheck;
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
 * Starts a stand-in for each of the database, the mail server and the providers of features that the configuration does not set. Waits only
 * for the database.
 * @param ofFeatures the stand-ins of features
 * @returns the configuration with their addresses
 * @throws StartError if the database cannot start
 */
export async function startStandIns<Used>(
  config: Config,
  ofFeatures: readonly StandIn<Config, Used>[],
  logger: Logger,
): Promise<{ config: CompleteConfig; standIns: StandIns<Used> }> {
  const log = (line: string) => logger.debug(line);
  const database = await orStartError(startDatabase(config, log));
  const needed = ofFeatures.filter(({ isNeeded }) => isNeeded(config));
  const starting: Promise<Closable | undefined>[] = [];
  let isReady = false;
  const standIns: StandIns<Used> = {
    async ready(service) {
      starting.push(startMailServer(config, log));
      for (const standIn of needed) starting.push(standIn.start(service, config, dataDirectory(config)));
      await orStartError(Promise.all(starting));
      isReady = true;
    },
    readiness: {
      name: 'stand-ins',
      async check() {
        if (!isReady) throw new ReadinessFailure('starting');
        return undefined;
      },
    },
    banner: (complete) => banner(complete, config, ofFeatures),
    async close() {
      const others = starting.map((one) => one.then((started) => started?.close()).catch(() => {}));
      await Promise.all([database?.close(), ...others]);
    },
  };
  const smtpUrl = `smtp://127.0.0.1:${config.mailboxSmtpPort}`;
  return { config: complete(config, needed, database?.url, smtpUrl), standIns };
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
export function findStandIns<Used>(config: Config, ofFeatures: readonly StandIn<Config, Used>[]): CompleteConfig {
  const needed = ofFeatures.filter(({ isNeeded }) => isNeeded(config));
  const mailbox = `smtp://127.0.0.1:${config.mailboxSmtpPort}`;
  if (config.databaseUrl) return complete(config, needed, undefined, mailbox);
  try {
    const { databaseUrl } = JSON.parse(readFileSync(noteFile(config), 'utf8')) as { databaseUrl: string };
    return complete(config, needed, databaseUrl, mailbox);
  } catch {
    throw new StartError(`No service is running on port ${config.port}. Start it with npm start, or set DATABASE_URL.`);
  }
}

function complete<Used>(
  config: Config,
  needed: readonly StandIn<Config, Used>[],
  databaseUrl: string | undefined,
  smtpUrl: string | undefined,
): CompleteConfig {
  const self = `http://localhost:${config.port}`;
  return {
    ...config,
    databaseUrl: config.databaseUrl ?? databaseUrl!,
    smtpUrl: config.smtpUrl ?? smtpUrl!,
    apiUrl: config.apiUrl ?? self,
    appUrl: config.appUrl ?? `${self}/app`,
    ...Object.assign({}, ...needed.map((standIn) => standIn.settings(config))),
  };
}

interface Closable {
  close(): Promise<void>;
}

async function startDatabase(
  config: Config,
  log: (line: string) => void,
): Promise<(Closable & { url: string }) | undefined> {
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

async function startMailServer(config: Config, log: (line: string) => void): Promise<Closable | undefined> {
  if (config.smtpUrl) return undefined;
  const { startMailbox } = await import('./mailbox.ts');
  const { mailboxSmtpPort: smtpPort, mailboxPort: webPort } = config;
  // Stored beside the data, so that emails survive a restart and a killed process leaves no files elsewhere.
  return startMailbox({ smtpPort, webPort, log, directory: join(dataDirectory(config), 'mailbox') });
}

/** @param given the configuration before it was completed: it says which stand-ins are running */
function banner<Used>(config: CompleteConfig, given: Config, ofFeatures: readonly StandIn<Config, Used>[]): string {
  const running = ofFeatures.filter(({ isNeeded }) => isNeeded(given));
  const lines = [
    ['API', config.apiUrl],
    ['API reference', `${config.apiUrl}/docs`],
    ['Account app', `${config.apiUrl}/app`],
    ...(given.smtpUrl ? [] : [['Mailbox', `http://localhost:${config.mailboxPort}`]]),
    ...running.map((standIn) => [standIn.name, standIn.url(config)]),
    ['Metrics', `http://localhost:${config.metricsPort}/metrics`],
    ['Database', config.databaseUrl],
  ];
  // The demo reads the mailbox, and acts in the stand-ins.
  const tip = given.smtpUrl || running.length < ofFeatures.length ? '' : `Try: ${demoCommand(given)}. `;
  const width = Math.max(...lines.map(([name]) => name!.length)) + 2;
  const rows = lines.map(([name, place]) => `  ${name!.padEnd(width)}${place}`);
  return `\n${config.productName} is running.\n\n${rows.join('\n')}\n\n${tip}Stop: Ctrl-C.\n\n`;
}

/** The demo uses none of them. */
const PORTS_WITHIN: readonly string[] = ['METRICS_PORT', 'MAILBOX_SMTP_PORT', 'EMBEDDED_DATABASE_PORT'];

/** Names the ports that are not the default ones: a second copy has others, of which another terminal does not know. */
function demoCommand(config: Config): string {
  const ports = Object.entries<Setting<unknown>>(settings).flatMap(([name, { fallback }]) => {
    if (!/(^|_)PORT$/.test(name) || PORTS_WITHIN.includes(name)) return [];
    const port = config[camelCase(name) as keyof Config];
    return port === fallback ? [] : [`${name}=${port} `];
  });
  return `${ports.join('')}npm run demo`;
}
