import type { Findings } from '../figures.ts';
import type { Stage } from '../stage.ts';

export interface PartOptions {
  readonly stage: Stage;
  readonly quick: boolean;
  /** Where progress is told. */
  readonly log: (line: string) => void;
}

/** Measures one thing and leaves nothing running. */
export type Part = (options: PartOptions) => Promise<Findings>;

export const USERS = 100_000;
export const CONNECTIONS = 32;
