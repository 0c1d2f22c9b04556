/**
 * The one flow of all ways to sign in. Each way proves something and then calls `proceed`, which begins a session or, if the account needs
 * another proof, issues a challenge. `complete` takes the answer to a challenge.
 */

import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { ownWork } from '../../../platform/database/owners.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import { newId, sha256 } from '../../../platform/security/random.ts';
import { judgeTry } from '../../../platform/security/tries.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Devices, KnownDevice } from '../devices/devices.ts';
import { accountErrors } from '../errors.ts';
import type { AccountLimits } from '../limits.ts';
import type { ProvenSession } from '../proven-session.ts';
import type { Companies } from '../providers/companies.ts';
import type { AuthenticationMethod } from '../schema.ts';
import type { Sessions } from '../sessions.ts';
import { isActive, type User, type Users } from '../users.ts';
import type { Challenges, IssuedChallenge, ProvenMethods } from './challenges.ts';
import type { FactorNotices } from './notices.ts';
import type { FactorAnswer, SecondFactor, SecondFactors } from './second-factors.ts';

export type SessionMode = 'bearer' | 'cookie';

/** Who signs in from where, and how the tokens are to travel. */
export interface SignInClient {
  readonly mode: SessionMode;
  /** The tokens of known devices that the request has brought. */
  readonly deviceTokens: readonly string[];
  readonly origin: RequestOrigin;
}

/** A first proof that was right. */
export interface FirstProof {
  readonly user: User;
  /** With `mfa` where the proof was two factors at once. */
  readonly amr: readonly AuthenticationMethod[];
  /** The identity provider that has proven it. */
  readonly provider?: string;
  /** What the provider says that it has proven beside. It counts where the account itself has nothing to prove it with. */
  readonly elsewhere?: readonly AuthenticationMethod[];
  /**
   * Locks the account for `share`, if the proof still holds there. Default: the account is neither suspended nor deleted.
   * @returns undefined where it no longer holds
   */
  readonly lock?: (tx: Transaction) => Promise<unknown>;
}

export interface BegunSession {
  readonly kind: 'session';
  readonly mode: SessionMode;
  readonly user: User;
  readonly session: ProvenSession;
  readonly refreshToken: string;
  /** For a device that was not known. */
  readonly deviceToken: string | undefined;
}

export interface FactorNeeded extends IssuedChallenge {
  readonly kind: 'challenge';
  /** Those that the person can prove. */
  readonly factors: readonly SecondFactor[];
}

export interface ChallengeAnswer extends FactorAnswer {
  readonly challenge: string;
  readonly rememberDevice?: boolean | undefined;
}

export interface SignInFlow {
  /**
   * Continues after a first proof.
   * @throws `company_sign_in_required`
   * @returns undefined if the proof no longer holds: the account has changed since it was checked
   */
  proceed(proof: FirstProof, client: SignInClient): Promise<BegunSession | FactorNeeded | undefined>;
  /**
   * Takes the answer to a challenge. Of any number of parallel right ones, one begins a session.
   * @param browserSecret the cookie of the browser that got the challenge
   * @throws `company_sign_in_required` if the way in is not open any more; `invalid_challenge`, `second_factor_incorrect`, `rate_limited`
   */
  complete(
    answer: ChallengeAnswer,
    client: Omit<SignInClient, 'mode'>,
    browserSecret: string | undefined,
  ): Promise<BegunSession>;
}

interface Answerer {
  readonly userId: string;
  readonly browserSecret: string | undefined;
  readonly known: KnownDevice | undefined;
}

export interface SignInFlowOptions {
  db: Database;
  clock: Clock;
  users: Pick<Users, 'lock'>;
  sessions: Pick<Sessions, 'begin'>;
  devices: Devices;
  factors: SecondFactors;
  challenges: Challenges;
  limits: Pick<AccountLimits, 'factorsByStrangers' | 'factorsByDevice'>;
  notices: Pick<FactorNotices, 'send'>;
  companies: Pick<Companies, 'requiredFor'>;
  audit: Audit;
  metrics: Metrics;
}

export function createSignInFlow(options: SignInFlowOptions): SignInFlow {
  const { db, clock, users, devices, factors, challenges, limits, notices, audit, metrics } = options;
  const count = (outcome: 'success' | 'failure' | 'limited') =>
    metrics.auth_events_total.inc({ event: 'second_factor', outcome });

  async function lockActive(tx: Transaction, userId: string): Promise<User | undefined> {
    const user = await users.lock(tx, userId, 'share');
    return user && isActive(user) ? user : undefined;
  }

  /** @throws `company_sign_in_required` if the account is to use another provider than the one that has proven it */
  async function requireWayIn(tx: Transaction, user: User, { amr, provider }: ProvenMethods): Promise<void> {
    const required = await options.companies.requiredFor(tx, user.email, { userId: user.id, amr });
    if (required !== undefined && required !== provider)
      throw accountErrors.company_sign_in_required({ extensions: { provider: required } });
  }

  /** Begins a session, whose every proof was right. The account is locked. */
  async function begin(
    tx: Transaction,
    { user, amr }: Pick<FirstProof, 'user' | 'amr'>,
    client: SignInClient,
    { known, remember }: { known: KnownDevice | undefined; remember: boolean },
  ): Promise<BegunSession> {
    const { origin, mode } = client;
    const session: ProvenSession = { userId: user.id, id: newId(), amr, authTime: clock.now() };
    const actor = { type: 'user', id: user.id } as const;
    const target = { type: 'session', id: session.id };
    const event = { ownerId: user.id, action: 'session.created', actor, target, origin } as const;
    // None needs what another answers, so they travel together.
    const [refreshToken, deviceToken] = await Promise.all([
      options.sessions.begin(tx, session, origin),
      devices.welcome(tx, user, known, origin, remember),
      audit.append(tx, event),
    ]);
    return { kind: 'session', mode, user, session, refreshToken, deviceToken };
  }

  /** Judges an answer under the locks of account and challenge. @returns why it begins no session, if it does not */
  async function answerOf(
    tx: Transaction,
    { challenge: token, rememberDevice = false, ...answer }: ChallengeAnswer,
    client: Omit<SignInClient, 'mode'>,
    { userId, browserSecret, known }: Answerer,
  ): Promise<BegunSession | 'over' | { wrong: number }> {
    const user = await lockActive(tx, userId);
    const challenge = user && (await challenges.lock(tx, token, browserSecret));
    if (!user || !challenge) return 'over';
    const { origin } = client;
    const context = { passkeyChallenge: passkeyChallengeOf(token), amr: challenge.amr, origin };
    const proven = await factors.prove(tx, user, answer, context);
    if (!proven) {
      const target = { type: 'user', id: user.id };
      const event = { ownerId: user.id, action: 'session.second_factor_failed', target, origin } as const;
      await audit.append(tx, { ...event, actor: { type: 'anonymous' } });
      const wrong = await challenges.countWrong(tx, challenge);
      if (wrong === 0) await notices.send(tx, user, 'second-factor-refused', origin);
      return { wrong };
    }
    const amr = [...new Set<AuthenticationMethod>([...challenge.amr, proven.method, 'mfa'])];
    // The organization may have closed this way since the challenge was issued.
    await requireWayIn(tx, user, { amr, provider: challenge.provider ?? undefined });
    await challenges.complete(tx, challenge);
    const mode = challenge.browserHash === null ? 'bearer' : 'cookie';
    return begin(tx, { user, amr }, { ...client, mode }, { known, remember: rememberDevice });
  }

  return {
    proceed({ user, amr, provider, elsewhere = [], lock = (tx) => lockActive(tx, user.id) }, client) {
      // Not before a proof: anybody can name a user.
      ownWork(user.id);
      return transact(db, async (tx) => {
        if (!(await lock(tx))) return undefined;
        const [having, known] = await Promise.all([
          factors.of(tx, user.id),
          devices.recognize(tx, user.id, client.deviceTokens),
          requireWayIn(tx, user, { amr, provider }),
        ]);
        if (having.length === 0)
          return begin(tx, { user, amr: [...amr, ...elsewhere] }, client, { known, remember: false });
        const isEnough = amr.includes('mfa') || (known && devices.isRemembered(known));
        if (isEnough) return begin(tx, { user, amr }, client, { known, remember: false });
        const issued = await challenges.issue(tx, user.id, { amr, provider }, client.mode === 'cookie');
        return { kind: 'challenge', factors: having.filter((factor) => isOther(factor, amr)), ...issued };
      });
    },

    async complete(answer, client, browserSecret) {
      const userId = await challenges.userOf(answer.challenge, browserSecret);
      ownWork(userId);
      const known = await devices.recognize(db, userId, client.deviceTokens);
      const limit = known ? limits.factorsByDevice : limits.factorsByStrangers;
      const key = known ? `${userId} ${known.id}` : userId;
      const isWrong = (result: Awaited<ReturnType<typeof answerOf>>) => typeof result === 'object' && 'wrong' in result;
      const result = await judgeTry({
        uses: [[limit, key]],
        judge: () => transact(db, (tx) => answerOf(tx, answer, client, { userId, browserSecret, known })),
        isWrong,
        onLimited: () => count('limited'),
      });
      if (result === 'over') throw accountErrors.invalid_challenge();
      count('wrong' in result ? 'failure' : 'success');
      if ('wrong' in result)
        throw accountErrors.second_factor_incorrect({ extensions: { attemptsLeft: result.wrong } });
      return result;
    },
  };
}

/** What a passkey signs as the answer to a challenge (base64url). */
export const passkeyChallengeOf = (token: string): string => sha256('passkey for ', token).toString('base64url');

/** False for a factor that was proven already. */
function isOther(factor: SecondFactor, amr: readonly AuthenticationMethod[]): boolean {
  return factor !== 'passkey' || !(amr.includes('hwk') || amr.includes('swk'));
}
