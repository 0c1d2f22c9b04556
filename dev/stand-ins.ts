/** What development needs around the service, started by the service itself: a PostgreSQL and a mailbox. Nothing of this exists in production. */
import { fileURLToPath } from 'node:url';
import type { Config } from '../app/config.ts';
import type { Logger } from '../app/platform/telemetry/logger.ts';
import type { CompleteConfig, StandIns } from '../app/wiring.ts';

const DATA_DIRECTORY = fileURLToPath(new URL('../.plinth', import.meta.url));

/**
 * Starts a stand-in for each of database and mail server that the configuration leaves out.
 * @returns the configuration with their addresses
 * @throws Error when a port is taken; names the port and the setting
 */
export async function startStandIns(
  config: Config,
  logger: Logger,
): Promise<{ config: CompleteConfig; standIns: StandIns }> {
  const log = (line: string) => logger.debug(line);
  const starting = await Promise.allSettled([startDatabase(config, log), startMailServer(config, log)]);
  const started = starting.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
  const close = async () => void (await Promise.all(started.map((standIn) => standIn.close())));
  const failed = starting.find((result) => result.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  const [database, mailbox] = starting.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
  const self = `http://localhost:${config.port}`;
  const complete: CompleteConfig = {
    ...config,
    databaseUrl: config.databaseUrl ?? database!.url,
    smtpUrl: config.smtpUrl ?? mailbox!.url,
    appUrl: config.appUrl ?? self,
    apiUrl: config.apiUrl ?? self,
  };
  return { config: complete, standIns: { banner, close } };
}

interface StandIn {
  url: string;
  close(): Promise<void>;
}

async function startDatabase(config: Config, log: (line: string) => void): Promise<StandIn | undefined> {
  if (config.databaseUrl) return undefined;
  const { startEmbeddedPostgres } = await import('./embedded-postgres.ts');
  const port = config.embeddedDatabasePort || undefined;
  return startEmbeddedPostgres({ directory: `${DATA_DIRECTORY}/postgres`, log, ...(port && { port }) });
}

async function startMailServer(config: Config, log: (line: string) => void): Promise<StandIn | undefined> {
  if (config.smtpUrl) return undefined;
  const { startMailbox } = await import('./mailbox.ts');
  const { mailboxSmtpPort: smtpPort, mailboxPort: webPort } = config;
  const { smtpUrl: url, close } = await startMailbox({ smtpPort, webPort, log });
  return { url, close };
}

function banner(config: CompleteConfig): string {
  const lines = [
    ['API', config.apiUrl],
    ['API reference', `${config.apiUrl}/docs`],
    ['Mailbox', `http://localhost:${config.mailboxPort}`],
    ['Metrics', `http://localhost:${config.metricsPort}/metrics`],
    ['Database', config.databaseUrl],
  ];
  const rows = lines.map(([name, place]) => `  ${name!.padEnd(15)}${place}`);
  return `\n${config.productName} is running.\n\n${rows.join('\n')}\n\nTry: npm run demo. Stop: Ctrl-C.\n\n`;
}
