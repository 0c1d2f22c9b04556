/** Builds the mechanisms of the platform, on which the features stand, once and in order. */
import './processes/metrics.ts';
import { availableParallelism } from 'node:os';
import type { CompleteConfig } from './config.ts';
import type { Clock } from './platform/clock.ts';
import type { Replacements } from './platform/feature.ts';
import { createIdempotency, type Idempotency } from './platform/http/idempotency.ts';
import { type Cursors, createCursors } from './platform/http/pagination.ts';
import { createJobs, type Jobs } from './platform/jobs/jobs.ts';
import { createPasswordHasher, type PasswordHasher } from './platform/security/password-hashing.ts';
import { createSealer, type Sealer } from './platform/security/sealing.ts';
import type { ErrorReports } from './platform/telemetry/error-reports.ts';
import type { Logger } from './platform/telemetry/logger.ts';
import { createMetrics, type Metrics } from './platform/telemetry/metrics.ts';
import { observeCertificates, observeDisk, observeLog } from './platform/telemetry/surroundings.ts';
import { openStores, type Stores } from './stores.ts';

export type Role = 'api' | 'worker' | 'all';
/** @param timeoutMs for what still runs, in milliseconds */
export type Closer = (timeoutMs: number) => Promise<unknown>;

export interface Foundation extends Stores {
  readonly config: CompleteConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly errors: ErrorReports;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly sealer: Sealer;
  readonly hasher: PasswordHasher;
  readonly cursors: Cursors;
  readonly idempotency: Idempotency;
  readonly replacements: Replacements;
}

export interface FoundationOptions {
  config: CompleteConfig;
  role: Role;
  logger: Logger;
  errors: ErrorReports;
  clock: Clock;
  replacements: Replacements;
  runtimeMetrics: boolean;
  /** Takes what closes the mechanisms, to be run in reverse. */
  closers: Closer[];
}

/** Builds the mechanisms. Nothing connects before it is started or first used. */
export async function createFoundation(options: FoundationOptions): Promise<Foundation> {
  const { config, role, logger, errors, clock, replacements, closers } = options;
  const metrics = createMetrics({ release: config.release }, { runtime: options.runtimeMetrics });
  const stores = await openStores({ config, role, clock, logger, metrics, closers });
  observeDisk(metrics);
  observeLog(metrics);

  // Development and tests have no certificate that could expire.
  if (role !== 'api' && !['development', 'test'].includes(config.appEnv)) {
    const stop = observeCertificates(metrics, { api: config.apiUrl, app: config.appUrl });
    closers.push(async () => stop());
  }

  const { db, directUrl } = stores;
  const sealer = createSealer(config.appSecret);
  const hasher = await createPasswordHasher({
    memoryKib: config.passwordHashMemoryKib,
    iterations: config.passwordHashIterations,
    parallelism: config.passwordHashParallelism,
    concurrency: availableParallelism(),
    queueLimit: config.passwordHashQueue,
    metrics,
  });
  return {
    ...stores,
    ...{ config, logger, metrics, errors, clock, sealer, hasher, replacements },
    jobs: createJobs({ url: directUrl, db, worker: role !== 'api', logger, metrics, errors }),
    cursors: createCursors(sealer),
    idempotency: createIdempotency({ db, clock, sealer }),
  };
}
