/**
 * Signing in. Unknown address, wrong, empty or missing password, suspended or deleted user: the same answer after the same work
 * (OWASP ASVS 5.0 V6.3.8).
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { prepare } from '../../platform/database/prepared.ts';
import { transact } from '../../platform/database/retry.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import type { PasswordHasher } from '../../platform/security/password-hashing.ts';
import { newId, sha256 } from '../../platform/security/random.ts';
import { addressBlock, type RateLimit } from '../../platform/security/rate-limits.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import { type Email, parseAddress } from '../email/email.ts';
import { accountErrors } from './errors.ts';
import type { AccountLimits } from './limits.ts';
import { normalizePassword } from './password-policy.ts';
import { failedSignIns } from './queues.ts';
import { emailAddresses, knownDevices, users } from './schema.ts';
import type { ProvenSession, Sessions } from './sessions.ts';
import { active, isActive, type User } from './users.ts';

export interface SignIn {
  /**
   * @throws `invalid_credentials`; `email_not_verified` only after a right password; `rate_limited`; `overloaded`
   */
  signIn(
    email: string,
    password: string,
    origin: RequestOrigin,
  ): Promise<{ user: User; session: ProvenSession; refreshToken: string }>;
}

export interface SignInOptions {
  db: Database;
  clock: Clock;
  sessions: Sessions;
  hasher: PasswordHasher;
  limits: AccountLimits;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  jobs: Jobs;
  metrics: Metrics;
  appUrl: string;
}

/** One use of a rate limit: the limit, and the key that is counted. */
type Use = [RateLimit, string];

interface Device {
  network: Buffer;
  userAgent: Buffer;
}

export function createSignIn(options: SignInOptions): SignIn {
  const { db, clock, hasher, limits, audit, email, jobs, metrics } = options;
  const count = (outcome: 'success' | 'failure' | 'limited') =>
    metrics.auth_events_total.inc({ event: 'sign_in', outcome });

  const placeholder = sql.placeholder;
  const find = db
    .select({ user: users, known: sql<boolean>`${knownDevices.userId} is not null` })
    .from(emailAddresses)
    .innerJoin(users, eq(users.id, emailAddresses.userId))
    .leftJoin(
      knownDevices,
      and(
        eq(knownDevices.userId, users.id),
        eq(knownDevices.network, placeholder('network')),
        eq(knownDevices.userAgent, placeholder('userAgent')),
      ),
    )
    .where(eq(emailAddresses.address, placeholder('address')))
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
  const remember = prepare<{ familiar: boolean | null }>(
    'device_remember',
    sql`
      with seen as (
        select bool_or(network = ${placeholder('network')} or user_agent = ${placeholder('userAgent')}) as familiar
        from ${knownDevices} where user_id = ${placeholder('userId')}
      ), remembered as (
        insert into ${knownDevices} (user_id, network, user_agent, last_seen_at)
        values (${placeholder('userId')}, ${placeholder('network')}, ${placeholder('userAgent')}, ${placeholder('now')})
        on conflict (user_id, network, user_agent) do update set last_seen_at = excluded.last_seen_at
      )
      select familiar from seen`,
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

  /** @returns undefined when the account changed since its password was checked */
  function begin(user: User, device: Device, origin: RequestOrigin) {
    return transact(db, async (tx) => {
      const [unchanged] = await lock(tx, user);
      if (!unchanged) return undefined;
      const sessionId = newId();
      const session: ProvenSession = { userId: user.id, id: sessionId, amr: ['pwd'], authTime: clock.now() };
      const actor = { type: 'user', id: user.id } as const;
      const target = { type: 'session', id: sessionId };
      const event = { ownerId: user.id, action: 'session.created', actor, target, origin } as const;
      // None needs what another answers, so they travel together.
      const [refreshToken, isNew] = await Promise.all([
        options.sessions.begin(tx, session, origin),
        rememberDevice(tx, user, device),
        audit.append(tx, event),
      ]);
      if (isNew) await mailNotice(tx, user, sessionId, origin);
      return { user, session, refreshToken };
    });
  }

  /** @returns whether neither this network nor this user agent was seen before, and it is not the first sign-in */
  async function rememberDevice(tx: Transaction, user: User, device: Device): Promise<boolean> {
    const [seen] = await remember(tx, { userId: user.id, ...device, now: clock.now() });
    return seen?.familiar === false;
  }

  async function mailNotice(tx: Transaction, user: User, sessionId: string, { ipAddress, userAgent }: RequestOrigin) {
    await email.sendEmail(tx, {
      template: 'new-device-sign-in',
      to: user.email,
      locale: user.locale,
      userId: user.id,
      key: `new-device:${sessionId}`,
      data: {
        name: user.name,
        at: clock.now().toISOString(),
        ipAddress,
        userAgent,
        url: `${options.appUrl}/forgot-password`,
      },
    });
  }

  /** Written by a job, for known and unknown addresses alike: a write for known ones only would show in the time. */
  async function refuse(user: User | undefined, origin: RequestOrigin): Promise<never> {
    const occurredAt = clock.now().toISOString();
    await jobs.enqueue(db, failedSignIns, { userId: user?.id ?? null, occurredAt, origin });
    count('failure');
    throw accountErrors.invalid_credentials();
  }

  async function signIn(text: string, given: string, origin: RequestOrigin): ReturnType<SignIn['signIn']> {
    const address = parseAddress(text) ?? '';
    const password = normalizePassword(given);
    const network = addressBlock(origin.ipAddress ?? '');
    const device = { network: sha256(network), userAgent: sha256(origin.userAgent ?? '') };
    const byNetwork: Use = [limits.signInsFrom, network];
    const [[found]] = await Promise.all([find.execute({ address, ...device }), reserve(byNetwork)]);
    // After the network: one that is over its limit must not use up what an account has left.
    const byAccount: Use = found?.known
      ? [limits.signInsByDevice, `${found.user.id} ${network} ${origin.userAgent}`]
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
    const [begun] = await Promise.all([begin(user, device, origin), giveBack()]);
    // The account changed under way, perhaps only as a parallel sign-in renewed the hash of the same password: once more.
    if (!begun) return signIn(text, given, origin);
    if (hasher.isOutdated(user.passwordHash!)) await renewHash(user, password);
    count('success');
    return begun;
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
