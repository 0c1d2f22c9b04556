import type { Findings } from '../figures.ts';
import type { Stage } from '../stage.ts';

export interface PartOptions {
  readonly stage: Stage;
  readonly quick: boolean;
  /** Prints progress. */
  readonly log: (line: string) => void;
}

/** Measures one thing, and leaves no process running. */
export type Part = (options: PartOptions) => Promise<Findings>;

export const USERS = 100_000;
export const CONNECTIONS = 32;
