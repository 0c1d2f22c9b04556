/** The life of a process. Reads top to bottom: configure, build, start, and stop in reverse. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import { createApi } from './api.ts';
import { Close } from './closing.ts';
import { type Config, ConfigError } from './config.ts';
import { readEnvironment } from './environment.ts';
import { failureText } from './failure-text.ts';
import { migrate } from './migrate.ts';
import type { ReadinessCheck } from './platform/http/health.ts';
import { keepLocal } from './platform/http/loopback.ts';
import { createLogger, type Logger } from './platform/telemetry/logger.ts';
import { createMetricsServer } from './platform/telemetry/metrics-server.ts';
import { StartError, waitForDatabase, waitForMigrations } from './starting.ts';
import { startTelemetry, type Telemetry } from './telemetry.ts';
import { completeConfig, createService, type Role, type Service, startService } from './wiring.ts';
import { handlers, schedules } from './worker.ts';

/** Whoever listens elsewhere, as under Docker Compose, is called by other names. */
const LOOPBACK_ADDRESSES = new Set(['127.0.0.1', '::1', 'localhost']);
const ROLES: readonly string[] = ['api', 'worker', 'all'] satisfies Role[];

/**
 * Runs the service until it is told to stop, or exits with 1 and a message that says why it cannot.
 * @param roleName `api`, `worker` or `all`, the default
 */
export async function run(roleName = 'all'): Promise<void> {
  try {
    await start(roleName as Role);
  } catch (error) {
    process.stderr.write(`${isExpected(error) ? (error as Error).message : failureText(error)}\n`);
    process.exit(1);
  }
}

/** True for an error that the operator can repair. Its message says how. */
function isExpected(error: unknown): boolean {
  return error instanceof ConfigError || error instanceof StartError;
}

/** The time that a failed start has to send its error report. */
const LAST_WORDS_MS = 2_000;

async function start(role: Role): Promise<void> {
  if (!ROLES.includes(role)) throw new StartError(`Unknown role "${role}". Use one of: ${ROLES.join(', ')}.`);
  const config = readEnvironment();
  const logger = createLogger({ level: config.logLevel, release: config.release, ...(await prettyOnTerminal(config)) });
  const telemetry = await startTelemetry(config, role, logger);
  const closing = new Close(logger, (config.drainDelaySeconds + config.drainLimitSeconds) * 1_000);
  process.on('SIGTERM', () => closing.stop('SIGTERM'));
  process.on('SIGINT', () => closing.stop('SIGINT'));
  closing.exitOnCrash(telemetry.errors);
  closing.add('telemetry', () => telemetry.close(closing.remainingMs()));

  try {
    await bringUp(role, config, logger, telemetry, closing);
  } catch (error) {
    // Told to stop while starting: what then fails, fails because it was closed.
    if (closing.stopping) return;
    if (!isExpected(error)) telemetry.errors.report(error, { where: 'start', fatal: true });
    await telemetry.close(LAST_WORDS_MS);
    throw error;
  }
}

async function bringUp(
  role: Role,
  config: Config,
  logger: Logger,
  { errors }: Telemetry,
  closing: Close,
): Promise<void> {
  const { config: complete, standIns } = await completeConfig(config, logger);
  if (standIns) closing.add('development stand-ins', () => standIns.close());
  const directUrl = complete.databaseDirectUrl ?? complete.databaseUrl;
  const patienceMs = config.startPatienceSeconds * 1_000;
  const waiting = { url: directUrl, patienceMs, log: (line: string) => logger.warn(line) };
  await waitForDatabase(waiting);
  if (config.appEnv === 'development' && config.standIns === 'own')
    await migrate({ url: directUrl, log: (line) => logger.info(line) });
  else await waitForMigrations(waiting);

  const service = await createService({ config: complete, role, logger, errors });
  closing.add('service', () => service.close(closing.remainingMs()));
  await startService(service);

  const metricsServer = createMetricsServer(service.metrics, (err) => logger.error({ err }, 'metrics failed'));
  if (config.appEnv === 'development' && LOOPBACK_ADDRESSES.has(config.host)) keepLocal(metricsServer);
  const metricsPort = await listen(metricsServer, 'METRICS_PORT', config.metricsPort, config.host);
  closing.add('metrics', async () => void metricsServer.close());

  const port = role === 'worker' ? undefined : await serve(service, closing, standIns?.readiness);
  // The mailbox takes a second to start: requests need not wait for it, only the jobs that send emails and `/readyz` do.
  await standIns?.ready(service);
  if (role !== 'api') {
    await service.jobs.work(handlers(service), schedules(service));
    for (const part of service.parts) part.work?.();
    // Nothing waits for these: a provider that is away must not keep a worker from its jobs.
    for (const part of service.parts) void part.warn?.();
  }
  logger.info({ role, port, metricsPort }, 'ready');
  if (port !== undefined) buildAccountApp(service, closing);
  if (standIns) process.stdout.write(standIns.banner(complete));
}

/** Once everything answers: the app is built beside the service, which shows the progress at `/app`. */
function buildAccountApp({ development }: Service, closing: Close): void {
  const build = development?.accountApp;
  if (!build) return;
  closing.add('build of the account app', async () => build.stop());
  void build.begin();
}

/** The public port: opened last, closed first. @returns which one it is */
async function serve(service: Service, closing: Close, started?: ReadinessCheck): Promise<number> {
  const { config } = service;
  const app = await createApi(service, started);
  const port = await listen(app.server, 'PORT', config.port, config.host);
  closing.add('api', () => app.close());
  closing.add('readiness', async () => {
    service.drain();
    await delay(config.drainDelaySeconds * 1_000);
  });
  return port;
}

/** Lines for people, where a person watches; JSON everywhere else. */
async function prettyOnTerminal({ appEnv }: Config): Promise<{ destination?: DestinationStream }> {
  if (appEnv !== 'development' || !process.stdout.isTTY) return {};
  const { default: pretty } = await import('pino-pretty');
  return { destination: pretty({ sync: true, ignore: 'release', translateTime: 'HH:MM:ss', messageKey: 'message' }) };
}

/**
 * @returns the port, which for 0 is any free one
 * @throws StartError when the port is taken, naming the setting that changes it
 */
async function listen(server: Server, setting: string, port: number, host: string): Promise<number> {
  server.listen({ port, host });
  try {
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} is taken by another process. Choose another with ${setting}, e.g. ${setting}=${port + 1}.`,
      );
    }
    if (code === 'EACCES')
      throw new StartError(`Port ${port} needs more rights. Choose one above 1023 with ${setting}.`);
    throw error;
  }
}
