import { LOGINS } from '../../dev/logins.ts';
import type { Stage, Variables } from './stage.ts';

/** A person who can sign in, in development. */
export interface Login {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  /** An access token, once accounts have signed the person in. */
  token: string;
  /** What the person is, in words that follow one another: `owner of Harbour Lights`. */
  readonly is: string[];
}

export interface Seeding {
  readonly stage: Stage;
  /** The settings of the service. */
  readonly env: Variables;
  readonly owner: Login;
  readonly member: Login;
  /** `/v1/organizations/<id>`, once organizations have founded it. */
  organization?: string;
  /** Lines for the end of what is printed. */
  readonly notes: string[];
}

/** A feature's `tools/seed.ts`: makes what it seeds, unless it is there. @throws Surprise */
export interface SeedTool {
  seed(seeding: Seeding): Promise<void>;
  /** Runs after every feature has seeded. */
  finish?(seeding: Seeding): Promise<void>;
}

/** The same people at every run, so that a second one finds them. */
export function beginSeeding(stage: Stage, env: Variables): Seeding {
  const [owner, member] = [LOGINS.owner, LOGINS.member].map((login) => ({ ...login, token: '', is: [] }));
  return { stage, env, owner: owner!, member: member!, notes: [] };
}
