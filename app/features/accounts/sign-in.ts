/**
 * Signing in. Unknown address, wrong, empty or missing password, suspended or deleted user: the same answer after the same work
 * (OWASP ASVS 5.0 V6.3.8).
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { prepare } from '../../platform/database/prepared.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import type { PasswordHasher } from '../../platform/security/password-hashing.ts';
import { addressBlock } from '../../platform/security/rate-limits.ts';
import type { Use } from '../../platform/security/tries.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { parseAddress } from '../email/email.ts';
import { hashesOf } from './devices/devices.ts';
import { devices } from './devices/schema.ts';
import { accountErrors } from './errors.ts';
import type { BegunSession, FactorNeeded, FirstProof, SignInClient, SignInFlow } from './factors/sign-in-flow.ts';
import type { AccountLimits } from './limits.ts';
import { normalizePassword } from './password-policy.ts';
import type { Companies } from './providers/companies.ts';
import { failedSignIns } from './queues.ts';
import { users } from './schema.ts';
import { active, holderOf, isActive, type User } from './users.ts';

export interface SignIn {
  /**
   * @returns a session, or the challenge of an account that needs another proof
   * @throws `company_sign_in_required`; `invalid_credentials`; `email_not_verified` only after a right password; `rate_limited`; `overloaded`
   */
  signIn(email: string, password: string, client: SignInClient): Promise<BegunSession | FactorNeeded>;
}

export interface SignInOptions {
  db: Database;
  clock: Clock;
  flow: Pick<SignInFlow, 'proceed'>;
  companies: Pick<Companies, 'requiredFor'>;
  hasher: PasswordHasher;
  limits: AccountLimits;
  jobs: Jobs;
  metrics: Metrics;
}

export function createSignIn(options: SignInOptions): SignIn {
  const { db, clock, hasher, limits, jobs, metrics } = options;
  const count = (outcome: 'success' | 'challenged' | 'failure' | 'limited') =>
    metrics.auth_events_total.inc({ event: 'sign_in', outcome });

  const placeholder = sql.placeholder;
  const find = db
    .select({ user: users, deviceId: devices.id })
    .from(users)
    .leftJoin(devices, and(eq(devices.userId, users.id), sql`${devices.hash} = any(${placeholder('hashes')})`))
    .where(eq(users.id, placeholder('id')))
    .limit(1)
    .prepare('user_for_sign_in');
  const lock = prepare<{ id: string }>(
    'user_lock_for_sign_in',
    db
      .select({ id: users.id })
      .from(users)
      .where(
        and(
          eq(users.id, placeholder('id')),
          eq(users.email, placeholder('email')),
          eq(users.passwordHash, placeholder('passwordHash')),
          active,
        ),
      )
      .for('share'),
  );
  /** Reserves the attempt before it is judged, so that parallel ones cannot slip past together. */
  async function reserve([limit, key]: Use): Promise<void> {
    try {
      await limit.reserve(key);
    } catch (error) {
      count('limited');
      throw error;
    }
  }

  /** Written by a job, for known and unknown addresses alike: a write for known ones only would show in the time. */
  async function refuse(user: User | undefined, origin: RequestOrigin): Promise<never> {
    const occurredAt = clock.now().toISOString();
    await jobs.enqueue(db, failedSignIns, { userId: user?.id ?? null, occurredAt, origin });
    count('failure');
    throw accountErrors.invalid_credentials();
  }

  async function signIn(text: string, given: string, client: SignInClient): ReturnType<SignIn['signIn']> {
    const { origin, deviceTokens } = client;
    const address = parseAddress(text) ?? '';
    const password = normalizePassword(given);
    const network = addressBlock(origin.ipAddress ?? '');
    const byNetwork: Use = [limits.signInsFrom, network];
    const findUser = async () => find.execute({ id: await holderOf(db, address), hashes: hashesOf(deviceTokens) });
    const [[found], provider] = await Promise.all([
      findUser(),
      // By the domain alone: the answer is the same whether or not the address has an account.
      options.companies.requiredFor(db, address),
      reserve(byNetwork),
    ]);
    if (provider) {
      await byNetwork[0].refund(byNetwork[1]);
      throw accountErrors.company_sign_in_required({ extensions: { provider } });
    }
    // After the network: one that is over its limit must not use up what an account has left.
    const byAccount: Use = found?.deviceId
      ? [limits.signInsByDevice, `${found.user.id} ${found.deviceId}`]
      : [limits.signInsByStrangers, address || text];
    await reserve(byAccount).catch(async (error) => {
      // Nothing was judged, so the network is not charged either.
      await byNetwork[0].refund(byNetwork[1]);
      throw error;
    });
    const giveBack = () => Promise.all([byNetwork, byAccount].map(([limit, key]) => limit.refund(key)));
    const keep = () => Promise.all([byNetwork, byAccount].map(([limit, key]) => limit.settle(key)));

    const user = await judge(found?.user, password, origin).catch(async (error) => {
      // Only a wrong answer costs an attempt: neither a right one, nor one that could not be judged.
      await (error?.code === accountErrors.invalid_credentials.code ? keep() : giveBack());
      throw error;
    });
    const proof: FirstProof = { user, amr: ['pwd'], lock: async (tx) => (await lock(tx, user))[0] };
    const [outcome] = await Promise.all([options.flow.proceed(proof, client), giveBack()]);
    // The account changed under way, perhaps only as a parallel sign-in renewed the hash of the same password: once more.
    if (!outcome) return signIn(text, given, client);
    if (hasher.isOutdated(user.passwordHash!)) await renewHash(user, password);
    count(outcome.kind === 'session' ? 'success' : 'challenged');
    return outcome;
  }

  /** @returns the user whose password it is */
  async function judge(user: User | undefined, password: string, origin: RequestOrigin): Promise<User> {
    const matches = await hasher.verify(password, user?.passwordHash ?? null);
    if (!user || !matches || !isActive(user)) return refuse(user, origin);
    if (!user.emailVerifiedAt) {
      count('failure');
      throw accountErrors.email_not_verified();
    }
    return user;
  }

  /** A hash made with other parameters than today's is replaced while the password is at hand. */
  async function renewHash(user: User, password: string): Promise<void> {
    const passwordHash = await hasher.hash(password);
    await db
      .update(users)
      .set({ passwordHash })
      .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash!)));
  }

  return { signIn };
}
