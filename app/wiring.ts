/** Builds the service: the foundation, then every feature in the order of what they need; and closes them in reverse. */
import type { AccountAppBuild } from '../dev/account-app.ts';
import type { Recent } from '../dev/recent.ts';
import type { StandIns } from '../dev/stand-ins.ts';
import type { CompleteConfig, Config } from './config.ts';
import * as features from './features.ts';
import { type Closer, createFoundation, type Foundation, type Role } from './foundation.ts';
import { createHousekeeping } from './housekeeping.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { Development, StandIn } from './platform/development.ts';
import { buildOrder, type FeatureParts, inOrder, type Replacements } from './platform/feature.ts';
import type { HttpServer } from './platform/http/fastify.ts';
import type { JobHandler } from './platform/jobs/jobs.ts';
import { type ErrorReports, noErrorReports } from './platform/telemetry/error-reports.ts';
import type { Logger } from './platform/telemetry/logger.ts';

export type { Role } from './foundation.ts';

const table = { ...features };
type Features = typeof table;
type BuiltFeatures = { readonly [Name in keyof Features]: ReturnType<Features[Name]['create']> };

/** Why a process is about to end: it was told to stop, or another one beside it has taken its place. */
export type Draining = 'stopping' | 'replaced';

export interface Service extends Foundation, BuiltFeatures {
  /** Every feature, in the order in which they were built. */
  readonly parts: readonly FeatureParts[];
  readonly housekeeping: JobHandler;
  /** Pages for development; absent elsewhere. */
  readonly development:
    | { routes(app: HttpServer): Promise<void>; accountApp?: AccountAppBuild | undefined }
    | undefined;
  /** Undefined until the process is about to end. */
  draining(): Draining | undefined;
  drain(reason: Draining): void;
  /** Closes in the reverse order of building. @param timeoutMs for jobs that run, in milliseconds */
  close(timeoutMs: number): Promise<void>;
}

export interface ServiceOptions {
  config: CompleteConfig;
  role: Role;
  logger: Logger;
  /** Where unexpected errors are reported; nowhere if absent. */
  errors?: ErrorReports;
  /** For tests; the real ones if absent. */
  clock?: Clock;
  replacements?: Replacements;
  runtimeMetrics?: boolean;
}

/**
 * Fills what development may leave out by starting stand-ins (`dev/`). Elsewhere nothing is started: `readConfig` has refused what
 * is missing.
 */
export async function completeConfig(
  config: Config,
  logger: Logger,
): Promise<{ config: CompleteConfig; standIns?: StandIns<Service> }> {
  if (config.appEnv !== 'development') return { config: config as CompleteConfig };
  const ofFeatures = await standInsOfFeatures();
  if (isComplete(config, ofFeatures)) return { config: config as CompleteConfig };
  const { findStandIns, startStandIns } = await import('../dev/stand-ins.ts');
  if (config.standIns === 'running') return { config: findStandIns(config, ofFeatures) };
  return startStandIns(config, ofFeatures, logger);
}

/** The additions of features to development, in the order in which the features are built. */
function developments(): Promise<Development<Config, Service>[]> {
  return Promise.all(inOrder(table).map(async ({ development }) => (await development?.())?.development ?? {}));
}

async function standInsOfFeatures(): Promise<StandIn<Config, Service>[]> {
  return (await developments()).flatMap(({ standIn }) => standIn ?? []);
}

/** True if nothing is left to stand in for, as under Docker Compose. */
function isComplete(config: Config, ofFeatures: readonly StandIn<Config, Service>[]): boolean {
  const { databaseUrl, smtpUrl, apiUrl, appUrl } = config;
  return Boolean(databaseUrl && smtpUrl && apiUrl && appUrl) && !ofFeatures.some(({ isNeeded }) => isNeeded(config));
}

/** What builds the account app; undefined where it is switched off. */
async function accountAppBuild(
  { accountAppBuild: mode }: Config,
  logger: Logger,
): Promise<AccountAppBuild | undefined> {
  if (mode === 'off') return undefined;
  const { createAccountAppBuild } = await import('../dev/account-app.ts');
  return createAccountAppBuild((line) => logger.warn(line));
}

/** The same for a command, which starts nothing: in development it uses what the running service has started. */
export async function findConfig(config: Config): Promise<CompleteConfig> {
  if (config.appEnv !== 'development') return config as CompleteConfig;
  const ofFeatures = await standInsOfFeatures();
  if (isComplete(config, ofFeatures)) return config as CompleteConfig;
  const { findStandIns } = await import('../dev/stand-ins.ts');
  return findStandIns(config, ofFeatures);
}

/** The emails that the home page of development shows. */
const SHOWN_EMAILS = 5;

/** The pages that only development has. */
async function createDevelopment(config: CompleteConfig, logger: Logger, recent: Recent) {
  const { createDevelopmentPages } = await import('../dev/pages.ts');
  const pages = createDevelopmentPages(config, await developments(), recent);
  return { ...pages, accountApp: await accountAppBuild(config, logger) };
}

/** Builds the service. Nothing listens yet; nothing connects before `start` or first use. */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { config, role, logger, clock = systemClock } = options;
  const recent =
    config.appEnv === 'development'
      ? (await import('../dev/recent.ts')).rememberErrors(options.errors ?? noErrorReports)
      : undefined;
  const errors = recent?.reports ?? options.errors ?? noErrorReports;
  const { replacements = {}, runtimeMetrics = true } = options;
  const closers: Closer[] = [];
  let draining: Draining | undefined;
  const foundation = await createFoundation({
    ...{ config, role, logger, errors, clock, replacements, runtimeMetrics, closers },
  });

  const parts: FeatureParts[] = [];
  const service: Service = {
    ...foundation,
    parts,
    housekeeping: createHousekeeping(foundation),
    development:
      recent &&
      (await createDevelopment(config, logger, {
        emails: () => service.email.list({ limit: SHOWN_EMAILS }),
        errors: recent.last,
      })),
    draining: () => draining,
    drain(reason: Draining) {
      draining = reason;
    },
    async close(timeoutMs: number) {
      for (const close of closers.reverse()) {
        await close(timeoutMs).catch((err: unknown) => logger.warn({ err }, 'a part did not close cleanly'));
      }
    },
  } as unknown as Service;
  for (const name of buildOrder(table) as (keyof Features)[]) {
    const built = table[name].create(service) as FeatureParts;
    Object.assign(service, { [name]: built });
    parts.push(built);
    closers.push(async (timeoutMs) => built.close?.(timeoutMs));
  }
  // Last, and so closed first: a job that runs ends before anything that it uses is closed.
  closers.push((timeoutMs) => foundation.jobs.close(timeoutMs));
  return service;
}

/** Connects what is needed before requests or jobs: what features keep in memory, its changes, notifications, the job queue. */
export async function startService(service: Service): Promise<void> {
  for (const part of service.parts) await part.start?.();
  await service.redis?.start();
  await service.feed.refresh();
  await service.notifications.start();
  await service.jobs.start();
}
