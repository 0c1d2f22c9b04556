/** Step-up: a person who is signed in proves again who they are, for a change that needs a recent proof. */

import { and, eq } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import { judgeTry } from '../../../platform/security/tries.ts';
import type { Audit } from '../../audit/audit.ts';
import type { UserCaller } from '../authentication.ts';
import type { Callers } from '../callers.ts';
import { accountErrors } from '../errors.ts';
import type { AccountLimits } from '../limits.ts';
import type { ChallengeTokens } from '../passkeys/challenge-tokens.ts';
import { type ProvenSession, provenOf } from '../proven-session.ts';
import { type AuthenticationMethod, sessions } from '../schema.ts';
import type { FactorAnswer, SecondFactors } from './second-factors.ts';

/** One of these. */
export interface Proof extends FactorAnswer {
  readonly password?: string | undefined;
  /** With `credential`: the challenge that it signed, of `POST /v1/sessions/passkey/options`. */
  readonly challenge?: string | undefined;
}

export interface StepUp {
  /**
   * Takes a proof: the password, unless the account has a second factor; else one of its factors.
   * @returns the session, proven now
   * @throws as `Callers.confirm`; `second_factor_incorrect`; `invalid_challenge`; `recent_sign_in_required` for a password where a factor is needed
   */
  confirm(
    caller: UserCaller,
    proof: FactorAnswer & { password?: string | undefined },
    origin: RequestOrigin,
  ): Promise<ProvenSession>;
  /** The session has just proven another method, such as one that is being added. The account is locked. */
  addMethods(tx: Transaction, caller: UserCaller, methods: readonly AuthenticationMethod[]): Promise<ProvenSession>;
}

export interface StepUpOptions {
  db: Database;
  clock: Clock;
  callers: Callers;
  factors: SecondFactors;
  challenges: ChallengeTokens;
  limits: Pick<AccountLimits, 'factorChecks'>;
  audit: Audit;
}

export function createStepUp({ db, clock, callers, factors, challenges, limits, audit }: StepUpOptions): StepUp {
  async function addMethods(
    tx: Transaction,
    { userId, sessionId }: UserCaller,
    methods: readonly AuthenticationMethod[],
  ): Promise<ProvenSession> {
    const own = and(eq(sessions.userId, userId), eq(sessions.id, sessionId));
    const [session] = await tx.select().from(sessions).where(own);
    const amr = [...new Set([...provenOf(session!).amr, ...methods])];
    const [changed] = await tx.update(sessions).set({ amr, authTime: clock.now() }).where(own).returning();
    return provenOf(changed!);
  }

  async function record(tx: Transaction, caller: UserCaller, methods: readonly string[], origin: RequestOrigin) {
    const { userId: ownerId, sessionId: id } = caller;
    const actor = { type: 'user', id: ownerId } as const;
    const target = { type: 'session', id };
    await audit.append(tx, { ownerId, action: 'session.confirmed', actor, target, origin, details: { methods } });
  }

  async function confirmByPassword(
    caller: UserCaller,
    password: string,
    origin: RequestOrigin,
  ): Promise<ProvenSession> {
    const confirmed = await callers.confirm(caller, password);
    return transact(db, async (tx) => {
      await confirmed.lock(tx);
      const needed = await factors.of(tx, caller.userId);
      if (needed.length > 0) throw accountErrors.recent_sign_in_required({ extensions: { proofs: needed } });
      await record(tx, caller, ['pwd'], origin);
      return addMethods(tx, caller, ['pwd']);
    });
  }

  async function confirmByFactor(
    caller: UserCaller,
    { challenge: token, ...answer }: Proof,
    origin: RequestOrigin,
  ): Promise<ProvenSession> {
    const { userId } = caller;
    const challenge = answer.credential && challenges.open(token ?? '', 'get');
    const judge = () =>
      transact(db, async (tx) => {
        const user = await callers.lock(tx, caller, 'update');
        const context = { passkeyChallenge: challenge?.challenge, amr: [], origin };
        const proven = await factors.prove(tx, user, answer, context);
        if (!proven || (challenge && !(await challenges.use(tx, userId, challenge)))) return undefined;
        await record(tx, caller, [proven.method], origin);
        return addMethods(tx, caller, [proven.method, 'mfa']);
      });
    const session = await judgeTry({ uses: [[limits.factorChecks, userId]], judge });
    if (!session) throw accountErrors.second_factor_incorrect();
    return session;
  }

  return {
    addMethods,
    confirm: (caller, { password, ...answer }, origin) =>
      password === undefined ? confirmByFactor(caller, answer, origin) : confirmByPassword(caller, password, origin),
  };
}
