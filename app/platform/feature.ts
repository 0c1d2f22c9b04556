/**
 * The shape of a feature: its name, the features that it needs, and how it is created. Each feature exports one such object;
 * `app/features.ts` lists them.
 */
import type { FeatureChecks } from './cli/checks.ts';
import type { CommandLine } from './cli/commands.ts';
import type { Development } from './development.ts';
import type { HttpServer } from './http/fastify.ts';
import type { OutgoingRequest } from './http/operations/document.ts';
import type { Operations } from './http/operations/operations.ts';
import type { JobHandler, JobSchedule } from './jobs/jobs.ts';

/** The parts of a created feature that the app runs. */
export interface FeatureParts {
  readonly handlers?: readonly JobHandler[];
  readonly schedules?: readonly JobSchedule[];
  routes?(operations: Operations): void;
  /** Adds the routes of a protocol that is not part of the API: it has its own discovery, media types and errors, and is not in the document. */
  serve?(app: HttpServer): void;
  /** The requests that it sends to others, for the document of the API. */
  sends?(): readonly OutgoingRequest[];
  /** Runs before requests and jobs. Loads the data that every process keeps in memory. */
  start?(): Promise<void>;
  /** Begins work of its own beside the jobs, in a worker that has started. `close` ends it. */
  work?(): void;
  /** Runs in a worker that has started, and nothing waits for it: warns of what keeps the feature from working. */
  warn?(): Promise<void>;
  /** Runs after the last job has ended. @param timeoutMs for what still runs, in milliseconds */
  close?(timeoutMs: number): Promise<void>;
}

/**
 * A feature. `Commanded`, `Checked` and `Developed` are the parts of the built service that its commands, its checks and its stand-in
 * need, and `Configured` the settings that its development needs.
 */
export interface Feature<
  Options,
  Parts extends object,
  Commanded = unknown,
  Checked = unknown,
  Configured = unknown,
  Developed = unknown,
> {
  /** The features that it knows, which are built before it. */
  readonly needs: readonly string[];
  /** Its folders, lowest first, if it is large enough for some: none imports a later one, which `npm run check` shows. */
  readonly folders?: readonly string[];
  /**
   * @param options the mechanisms of the platform, and the needed features under their names
   * @returns everything that other features and the app use, including `FeatureParts`
   */
  create(options: Options): Parts;
  /** Its commands. Loaded by the command line only. */
  readonly commands?: () => Promise<{ commands(line: CommandLine<Commanded>): void }>;
  /** The checks of `doctor`. Loaded by the command line only. */
  readonly checks?: () => Promise<{ checks: FeatureChecks<Checked> }>;
  /** Its pages and its stand-in. Loaded in development only. */
  readonly development?: () => Promise<{ development: Development<Configured, Developed> }>;
}

/** Declares a feature. */
export function defineFeature<
  Options,
  Parts extends object,
  Commanded = unknown,
  Checked = unknown,
  Configured = unknown,
  Developed = unknown,
>(
  feature: Feature<Options, Parts, Commanded, Checked, Configured, Developed>,
): Feature<Options, Parts, Commanded, Checked, Configured, Developed> {
  return feature;
}

/** Objects that tests pass in place of those that a feature would create. Features add their own by merging (`declare module`). */
// biome-ignore lint/suspicious/noEmptyInterface: features fill it
export interface Replacements {}

/**
 * Returns the names of features in the order in which they can be created: each after the features that it needs.
 * @throws Error if a need is not a feature, or if features need each other
 */
export function buildOrder(features: Readonly<Record<string, { needs: readonly string[] }>>): string[] {
  const order: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (order.includes(name)) return;
    const chain = [...path, name];
    if (path.includes(name)) throw new Error(`features need each other: ${chain.join(' -> ')}`);
    const feature = features[name];
    if (!feature) throw new Error(`the feature ${path.at(-1)} needs ${name}, which is no line of app/features.ts`);
    for (const need of feature.needs) visit(need, chain);
    order.push(name);
  };
  for (const name of Object.keys(features)) visit(name, []);
  return order;
}

/** @returns the features, each after those that it needs. @throws Error as `buildOrder` does */
export function inOrder<Table extends Readonly<Record<string, { needs: readonly string[] }>>>(
  features: Table,
): Table[keyof Table][] {
  return buildOrder({ ...features }).map((name) => features[name as keyof Table]);
}
