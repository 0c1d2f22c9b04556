/**
 * Signing in. Unknown address, wrong, empty or missing password, suspended or deleted user: the same answer after the same work
 * (OWASP ASVS 5.0 V6.3.8).
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { Problem } from '../../platform/errors.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import type { PasswordHasher } from '../../platform/security/password-hashing.ts';
import { sha256 } from '../../platform/security/random.ts';
import { addressBlock, type RateLimit } from '../../platform/security/rate-limits.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import { type Email, parseAddress } from '../email/email.ts';
import { accountErrors } from './errors.ts';
import type { AccountLimits } from './limits.ts';
import { normalizePassword } from './password-policy.ts';
import { failedSignIns } from './queues.ts';
import { emailAddresses, knownDevices, users } from './schema.ts';
import type { Sessions } from './sessions.ts';
import { isActive, type User, type Users } from './users.ts';

export interface SignIn {
  /**
   * @throws `invalid_credentials`; `email_not_verified` only after a right password; `rate_limited`; `overloaded`
   */
  signIn(
    email: string,
    password: string,
    origin: RequestOrigin,
  ): Promise<{ user: User; sessionId: string; refreshToken: string }>;
}

export interface SignInOptions {
  db: Database;
  clock: Clock;
  users: Pick<Users, 'find'>;
  sessions: Sessions;
  hasher: PasswordHasher;
  limits: AccountLimits;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  jobs: Jobs;
  metrics: Metrics;
  appUrl: string;
}

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

  /** Counts the attempt before it is judged, so that parallel ones cannot slip past together. */
  async function countAttempt(uses: [RateLimit, string][]): Promise<void> {
    try {
      for (const [limit, key] of uses) await limit.consume(key);
    } catch (error) {
      count('limited');
      throw error;
    }
  }

  /** @returns undefined when the account changed since its password was checked */
  function begin(user: User, device: Device, origin: RequestOrigin) {
    return transact(db, async (tx) => {
      const [current] = await tx.select().from(users).where(eq(users.id, user.id)).for('share');
      if (!current || !isActive(current) || current.passwordHash !== user.passwordHash) return undefined;
      const begun = await options.sessions.begin(tx, user.id, origin);
      const isNew = await rememberDevice(tx, user, device);
      const actor = { type: 'user', id: user.id } as const;
      const target = { type: 'session', id: begun.sessionId };
      await audit.append(tx, { ownerId: user.id, action: 'session.created', actor, target, origin });
      if (isNew) await mailNotice(tx, user, begun.sessionId, origin);
      return { ...begun, user: current };
    });
  }

  /** @returns whether neither this network nor this user agent was seen before, and it is not the first sign-in */
  async function rememberDevice(tx: Transaction, user: User, device: Device): Promise<boolean> {
    const { rows } = await tx.execute<{ familiar: boolean | null }>(sql`
      with seen as (
        select bool_or(network = ${device.network} or user_agent = ${device.userAgent}) as familiar
        from ${knownDevices} where user_id = ${user.id}
      ), remembered as (
        insert into ${knownDevices} (user_id, network, user_agent, last_seen_at)
        values (${user.id}, ${device.network}, ${device.userAgent}, ${clock.now()})
        on conflict (user_id, network, user_agent) do update set last_seen_at = excluded.last_seen_at
      )
      select familiar from seen`);
    return rows[0]?.familiar === false;
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

  return {
    async signIn(text, password, origin) {
      const address = parseAddress(text) ?? '';
      const network = addressBlock(origin.ipAddress ?? '');
      const device = { network: sha256(network), userAgent: sha256(origin.userAgent ?? '') };
      const [found] = await find.execute({ address, ...device });
      const user = found?.user;

      const byAccount: [RateLimit, string] = found?.known
        ? [limits.signInsByDevice, `${user!.id} ${network} ${origin.userAgent}`]
        : [limits.signInsByStrangers, address || text];
      // The network first: one that is over its limit must not use up what an account has left.
      const uses: [RateLimit, string][] = [[limits.signInsFrom, network], byAccount];
      await countAttempt(uses);
      let refused = false;
      try {
        return await judge(user, normalizePassword(password), device, origin);
      } catch (error) {
        refused = error instanceof Problem && error.code === accountErrors.invalid_credentials.code;
        throw error;
      } finally {
        // Only a wrong answer costs an attempt: neither a right one, nor one that could not be judged.
        if (!refused) await Promise.all(uses.map(([limit, key]) => limit.refund(key)));
      }
    },
  };

  async function judge(found: User | undefined, password: string, device: Device, origin: RequestOrigin) {
    // Again where the account changed under way: a parallel sign-in may have renewed the hash of the same password.
    for (let user = found; ; user = await options.users.find(user.id)) {
      const matches = await hasher.verify(password, user?.passwordHash ?? null);
      if (!user || !matches || !isActive(user)) return refuse(user, origin);
      if (!user.emailVerifiedAt) {
        count('failure');
        throw accountErrors.email_not_verified();
      }
      const begun = await begin(user, device, origin);
      if (!begun) continue;
      if (hasher.isOutdated(user.passwordHash!)) await renewHash(user, password);
      count('success');
      return begun;
    }
  }

  /** A hash made with other parameters than today's is replaced while the password is at hand. */
  async function renewHash(user: User, password: string): Promise<void> {
    const passwordHash = await hasher.hash(password);
    await db
      .update(users)
      .set({ passwordHash })
      .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash!)));
  }
}
