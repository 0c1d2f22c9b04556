/** The life of a process. Reads top to bottom: configure, build, start, and stop in reverse. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import { createApi } from './api.ts';
import { Close } from './closing.ts';
import { type Config, ConfigError } from './config.ts';
import { onSignals } from './early-stop.ts';
import { readEnvironment } from './environment.ts';
import { failureText } from './failure-text.ts';
import { listen } from './listening.ts';
import { migrate } from './migrate.ts';
import type { ReadinessCheck } from './platform/http/health.ts';
import { keepLocal } from './platform/http/loopback.ts';
import type { ErrorReports } from './platform/telemetry/error-reports.ts';
import { createLogger, type Logger } from './platform/telemetry/logger.ts';
import { createMetricsServer } from './platform/telemetry/metrics-server.ts';
import { joinSupervisor, type Member, refuseConnections } from './processes/member.ts';
import { StartError } from './start-error.ts';
import { requireConnections, waitForDatabase, waitForMigrations } from './starting.ts';
import { startTelemetry } from './telemetry.ts';
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

/** How long a process that is replaced leaves idle connections open, at least: the next answer on each asks for another connection. */
const LAST_REQUEST_MS = 5_000;
/** After its own limit, a process that still runs is killed. */
const KILL_GRACE_MS = 3_000;
/** The time that a failed start has to send its error report. */
const LAST_WORDS_MS = 2_000;

async function start(role: Role): Promise<void> {
  if (!ROLES.includes(role)) throw new StartError(`Unknown role "${role}". Use one of: ${ROLES.join(', ')}.`);
  const config = readEnvironment();
  const logger = createLogger({ level: config.logLevel, release: config.release, ...(await prettyOnTerminal(config)) });
  const telemetry = await startTelemetry(config, role, logger);
  const member = joinSupervisor();
  const closing = new Close(logger, (config.drainDelaySeconds + config.drainLimitSeconds) * 1_000);
  onSignals((signal) => {
    // A terminal signals the supervisor and its processes alike. The supervisor says what is to be done.
    if (!member || signal !== 'SIGINT') closing.stop(signal);
  });
  closing.exitOnCrash(telemetry.errors);
  closing.add('telemetry', () => telemetry.close(closing.remainingMs()));

  try {
    await bringUp({ role, config, logger, errors: telemetry.errors, closing, member });
  } catch (error) {
    // Told to stop while starting: what then fails, fails because it was closed.
    if (closing.stopping) return;
    if (!isExpected(error)) telemetry.errors.report(error, { where: 'start', fatal: true });
    await telemetry.close(LAST_WORDS_MS);
    throw error;
  }
}

interface Life {
  role: Role;
  config: Config;
  logger: Logger;
  errors: ErrorReports;
  closing: Close;
  /** Undefined for a process that nobody supervises. */
  member: Member | undefined;
}

async function bringUp(life: Life): Promise<void> {
  const { role, config, logger, errors, closing, member } = life;
  const { config: complete, standIns } = await completeConfig(config, logger);
  if (standIns) closing.add('development stand-ins', () => standIns.close());
  const directUrl = complete.databaseDirectUrl ?? complete.databaseUrl;
  const patienceMs = config.startPatienceSeconds * 1_000;
  const waiting = { url: directUrl, patienceMs, log: (line: string) => logger.warn(line) };
  await waitForDatabase(waiting);
  if (config.appEnv === 'development' && config.standIns === 'own')
    await migrate({ url: directUrl, log: (line) => logger.info(line) });
  else await waitForMigrations(waiting);
  if (member) await requireConnections(complete);

  const service = await createService({ config: complete, role, logger, errors });
  closing.add('service', () => service.close(closing.remainingMs()));
  await startService(service);

  const metricsPort = await offerMetrics(service, life);
  const port = role === 'worker' ? undefined : await serve(service, life, standIns?.readiness);
  // The mailbox takes a second to start: requests need not wait for it, only the jobs that send emails and `/readyz` do.
  await standIns?.ready(service);
  if (role !== 'api') {
    await service.jobs.work(handlers(service), schedules(service));
    for (const part of service.parts) part.work?.();
    // Nothing waits for these: a provider that is away must not keep a worker from its jobs.
    for (const part of service.parts) void part.warn?.();
  }
  logger.info({ role, port, metricsPort }, 'ready');
  member?.ready({
    ...{ host: config.host, metricsPort: config.metricsPort, local: isLocal(config) },
    ...{ logLevel: config.logLevel, release: config.release, stopLimitMs: closing.limitMs + KILL_GRACE_MS },
  });
  if (port !== undefined && !member) buildAccountApp(service, closing);
  if (standIns) process.stdout.write(standIns.banner(complete));
}

/** Once everything answers: the app is built beside the service, which shows the progress at `/app`. */
function buildAccountApp({ development }: Service, closing: Close): void {
  const build = development?.accountApp;
  if (!build) return;
  closing.add('build of the account app', async () => build.stop());
  void build.begin();
}

/** True where only this machine is to be answered. */
const isLocal = ({ appEnv, host }: Config) => appEnv === 'development' && LOOPBACK_ADDRESSES.has(host);

/** On a port of its own, or through the supervisor. @returns which port it is */
async function offerMetrics(service: Service, { config, logger, closing, member }: Life): Promise<number | undefined> {
  if (member) {
    member.follow(service.metrics, (reason) => closing.stop(reason));
    closing.add('metrics', () => member.leave(service.metrics));
    return undefined;
  }
  const metricsServer = createMetricsServer(
    () => service.metrics.registry,
    (err) => logger.error({ err }, 'metrics failed'),
  );
  if (isLocal(config)) keepLocal(metricsServer);
  const metricsPort = await listen(metricsServer, 'METRICS_PORT', config.metricsPort, config.host);
  closing.add('metrics', async () => void metricsServer.close());
  return metricsPort;
}

/** The public port: opened last, closed first. @returns which one it is */
async function serve(service: Service, { closing, member }: Life, started?: ReadinessCheck): Promise<number> {
  const { config } = service;
  const app = await createApi(service, started);
  const port = await listen(app.server, 'PORT', config.port, config.host);
  closing.add('api', () => app.close());
  closing.add('readiness', async () => {
    // The port stays open for the processes beside this one, and so must its readiness.
    if (member?.replaced) {
      service.drain('replaced');
      return refuseConnections(app.server, Math.max(config.drainDelaySeconds * 1_000, LAST_REQUEST_MS));
    }
    service.drain('stopping');
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
