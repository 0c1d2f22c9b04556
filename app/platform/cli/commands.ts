/** The types of a feature's commands, which `app/cli/program.ts` adds to the command line. */
import type { Command } from 'commander';

/**
 * Runs `work` with the service built but not listening, and closes it.
 * @param options `jobs: false` if the work enqueues none; without it, the database must be migrated
 */
export type WithService<Used> = <T>(work: (service: Used) => Promise<T>, options?: { jobs?: boolean }) => Promise<T>;

/** A feature gets this to add its commands. `Used` is the part of the service that they need. */
export interface CommandLine<Used> {
  readonly program: Command;
  /** The command that examines a live installation, for subcommands that examine one thing thoroughly. */
  readonly doctor: Command;
  readonly withService: WithService<Used>;
}
