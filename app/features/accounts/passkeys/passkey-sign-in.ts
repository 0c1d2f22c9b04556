/** Signing in with a passkey, without naming an account: the authenticator knows whose it is (discoverable credentials). */

import type { Database } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { uuidFromBytes } from '../../../platform/security/random.ts';
import { addressBlock } from '../../../platform/security/rate-limits.ts';
import { judgeTry } from '../../../platform/security/tries.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { accountErrors } from '../errors.ts';
import type { Challenges } from '../factors/challenges.ts';
import {
  type BegunSession,
  type FactorNeeded,
  passkeyChallengeOf,
  type SignInClient,
  type SignInFlow,
} from '../factors/sign-in-flow.ts';
import type { AccountLimits } from '../limits.ts';
import type { AuthenticationMethod } from '../schema.ts';
import { isActive, type User, type Users } from '../users.ts';
import type { Ceremonies, RequestOptions, SignedCredential } from './ceremonies.ts';
import type { ChallengeTokens } from './challenge-tokens.ts';
import { MAX_PASSKEYS, type Passkeys } from './passkeys.ts';
import type { PasskeyProving } from './proving.ts';

export interface PasskeySignIn {
  /**
   * What a browser needs to sign with a passkey. Says nothing about any account, unless it answers a sign-in whose first proof was right.
   * @param signInChallenge of a sign-in that needs another proof @param browserSecret the cookie of the browser that got it
   * @throws `invalid_challenge`
   */
  options(
    signInChallenge: string | undefined,
    browserSecret: string | undefined,
  ): Promise<{ challenge: string; options: RequestOptions }>;
  /**
   * @returns a session or, if the authenticator did not verify the person, the challenge of an account that needs another proof
   * @throws `invalid_challenge`, `invalid_credentials`, `rate_limited`
   */
  signIn(
    request: { challenge: string; credential: SignedCredential },
    client: SignInClient,
  ): Promise<BegunSession | FactorNeeded>;
}

export interface PasskeySignInOptions {
  db: Database;
  users: Pick<Users, 'lock'>;
  ceremonies: Pick<Ceremonies, 'requestOptions'>;
  challenges: ChallengeTokens;
  proving: PasskeyProving;
  flow: Pick<SignInFlow, 'proceed'>;
  passkeys: Pick<Passkeys, 'list'>;
  signIns: Pick<Challenges, 'userOf'>;
  limits: Pick<AccountLimits, 'signInsFrom'>;
  metrics: Metrics;
}

export function createPasskeySignIn(options: PasskeySignInOptions): PasskeySignIn {
  const { db, users, ceremonies, challenges, proving, flow, limits, metrics } = options;
  const count = (outcome: 'success' | 'challenged' | 'failure') =>
    metrics.auth_events_total.inc({ event: 'passkey', outcome });

  /** @returns whose signature it is, and what it proves; undefined if it is not right */
  async function judge(
    { challenge: token, credential }: { challenge: string; credential: SignedCredential },
    client: SignInClient,
  ): Promise<{ user: User; amr: AuthenticationMethod[] } | undefined> {
    const challenge = challenges.open(token, 'get');
    const userId = userOf(credential);
    if (userId === undefined) return undefined;
    return transact(db, async (tx) => {
      const user = await users.lock(tx, userId, 'share');
      if (!user || !isActive(user) || !user.emailVerifiedAt) return undefined;
      const proven = await proving.prove(tx, user, credential, challenge.challenge, client.origin);
      if (!proven || !(await challenges.use(tx, user.id, challenge))) return undefined;
      return { user, amr: proven.userVerified ? [proven.method, 'mfa'] : [proven.method] };
    });
  }

  return {
    async options(signInChallenge, browserSecret) {
      if (signInChallenge !== undefined) {
        const userId = await options.signIns.userOf(signInChallenge, browserSecret);
        const allowed = await options.passkeys.list(userId, MAX_PASSKEYS);
        const signed = passkeyChallengeOf(signInChallenge);
        return { challenge: signInChallenge, options: await ceremonies.requestOptions(signed, allowed) };
      }
      const { token, challenge } = challenges.issue('get');
      return { challenge: token, options: await ceremonies.requestOptions(challenge) };
    },

    async signIn(request, client) {
      const network = addressBlock(client.origin.ipAddress ?? '');
      const proven = await judgeTry({ uses: [[limits.signInsFrom, network]], judge: () => judge(request, client) });
      const outcome = proven && (await flow.proceed(proven, client));
      count(!outcome ? 'failure' : outcome.kind === 'session' ? 'success' : 'challenged');
      if (!outcome) throw accountErrors.invalid_credentials();
      return outcome;
    },
  };
}

/** The user handle is the id of the account, as the passkey was made with it. */
function userOf({ response: { userHandle } }: SignedCredential): string | undefined {
  const bytes = Buffer.from(userHandle ?? '', 'base64url');
  return bytes.length === 16 ? uuidFromBytes(new Uint8Array(bytes)) : undefined;
}
