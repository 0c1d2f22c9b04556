import type { Budget, FigureName, Findings } from '../figures.ts';
import type { Stage } from '../stage.ts';

export interface PartOptions {
  readonly stage: Stage;
  readonly quick: boolean;
  /** Prints progress. */
  readonly log: (line: string) => void;
}

/** Measures one thing, and leaves no process running. */
export type Part<Name extends string = FigureName> = (options: PartOptions) => Promise<Findings<Name>>;

/** The part that a feature has in its `bench/part.ts`, with the budgets of its figures. */
export interface FeaturePart<Name extends string = string> {
  readonly budgets: Readonly<Record<Name, Budget>>;
  readonly measure: Part<Name>;
}

export const USERS = 100_000;
export const CONNECTIONS = 32;
