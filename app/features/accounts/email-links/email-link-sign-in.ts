/**
 * Signing in by email: by the link, in the browser that asked for it, or by its code, in any other one.
 *
 * An unknown address, a wrong or void code and an account that is not open have one answer after the same work, as in `sign-in.ts`. A code has
 * six digits, so wrong ones are counted: by link, by account over all links, and by network. Those of strangers are counted apart from those of
 * a device that the account knows, and the link itself works however many there were.
 *
 * Whoever opens the email has the mailbox. So an address that was not verified is verified by it, and a password that was set before is void: it
 * may be that of a stranger, who registered with somebody else's address and waits for its owner to confirm it.
 */
import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import type { Jobs } from '../../../platform/jobs/jobs.ts';
import { addressBlock } from '../../../platform/security/rate-limits.ts';
import { judgeTry, type Use } from '../../../platform/security/tries.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Audit } from '../../audit/audit.ts';
import { parseAddress } from '../../email/email.ts';
import { hashesOf } from '../devices/devices.ts';
import { devices } from '../devices/schema.ts';
import { accountErrors } from '../errors.ts';
import type { BegunSession, FactorNeeded, SignInClient, SignInFlow } from '../factors/sign-in-flow.ts';
import type { AccountLimits } from '../limits.ts';
import { failedSignIns } from '../queues.ts';
import type { Registration } from '../registration.ts';
import { users as userTable } from '../schema.ts';
import { announceUser, holderOf, isActive, type User, type Users } from '../users.ts';
import type { EmailLinks } from './links.ts';
import { isOver } from './requests.ts';
import { emailLinks } from './schema.ts';

export interface EmailLinkSignIn {
  /**
   * @param browserSecret the cookie of the browser that opened the link
   * @returns a session, or the challenge of an account that needs another proof
   * @throws `invalid_token`, `token_expired` (400), `other_browser`
   */
  byLink(token: string, browserSecret: string | undefined, client: SignInClient): Promise<BegunSession | FactorNeeded>;
  /** The same by the code. @throws `invalid_credentials`, `rate_limited` */
  byCode(answer: { email: string; code: string }, client: SignInClient): Promise<BegunSession | FactorNeeded>;
}

export interface EmailLinkSignInOptions {
  db: Database;
  clock: Clock;
  users: Pick<Users, 'lock'>;
  links: Pick<EmailLinks, 'find' | 'isCode' | 'use'>;
  registration: Pick<Registration, 'markVerified'>;
  flow: Pick<SignInFlow, 'proceed'>;
  limits: Pick<AccountLimits, 'signInsFrom' | 'emailCodesByStrangers' | 'emailCodesByDevice' | 'emailCodesOfLink'>;
  jobs: Jobs;
  audit: Audit;
  metrics: Metrics;
}

/** RFC 8176 section 2 has no value for a mailbox. `otp`, a one-time password, is what both the link and the code are. */
const METHODS = ['otp'] as const;

export function createEmailLinkSignIn(options: EmailLinkSignInOptions): EmailLinkSignIn {
  const { db, clock, users, links, limits, audit, metrics } = options;
  const count = (outcome: 'success' | 'challenged' | 'failure' | 'limited') =>
    metrics.auth_events_total.inc({ event: 'email_link', outcome });

  const { placeholder } = sql;
  const find = db
    .select({ userId: userTable.id, deviceId: devices.id, link: { hash: emailLinks.hash, code: emailLinks.code } })
    .from(userTable)
    .leftJoin(emailLinks, and(eq(emailLinks.userId, userTable.id), isNotNull(emailLinks.code)))
    .leftJoin(devices, and(eq(devices.userId, userTable.id), sql`${devices.hash} = any(${placeholder('hashes')})`))
    .where(eq(userTable.id, placeholder('id')))
    .limit(1)
    .prepare('user_for_email_code');

  /** @returns the account, whose address is verified now; undefined if the link is void */
  function use(userId: string, hash: Buffer, origin: RequestOrigin): Promise<User | undefined> {
    return transact(db, async (tx) => {
      const user = await users.lock(tx, userId);
      if (!user || !isActive(user) || !(await links.use(tx, user, hash))) return undefined;
      if (!user.emailVerifiedAt) await adopt(tx, user, origin);
      return user;
    });
  }

  async function adopt(tx: Transaction, user: User, origin: RequestOrigin): Promise<void> {
    const actor = { type: 'user', id: user.id } as const;
    if (user.passwordHash !== null) {
      await tx.update(userTable).set({ passwordHash: null, updatedAt: clock.now() }).where(eq(userTable.id, user.id));
      announceUser(tx, user.id);
      await audit.append(tx, { ownerId: user.id, action: 'password.voided', actor, origin });
    }
    await options.registration.markVerified(tx, user);
    await audit.append(tx, { ownerId: user.id, action: 'user.email_verified', actor, origin });
  }

  async function proceed(user: User, client: SignInClient) {
    const outcome = await options.flow.proceed({ user, amr: METHODS }, client);
    if (outcome) count(outcome.kind === 'session' ? 'success' : 'challenged');
    return outcome;
  }

  /** Written by a job, for known and unknown addresses alike: a write for known ones only would show in the time. */
  async function refuse(userId: string | null, origin: RequestOrigin): Promise<never> {
    await options.jobs.enqueue(db, failedSignIns, { userId, occurredAt: clock.now().toISOString(), origin });
    count('failure');
    throw accountErrors.invalid_credentials();
  }

  return {
    async byLink(token, browserSecret, client) {
      const link = await links.find(token, browserSecret).catch((error) => {
        count('failure');
        throw error;
      });
      const user = await use(link.userId, link.hash, client.origin);
      const outcome = user && (await proceed(user, client));
      if (outcome) return outcome;
      count('failure');
      throw accountErrors.invalid_token();
    },

    async byCode({ email, code }, client) {
      const address = parseAddress(email) ?? '';
      const [found] = await find.execute({ id: await holderOf(db, address), hashes: hashesOf(client.deviceTokens) });
      const { userId = null, deviceId, link } = found ?? {};
      const key = address || email;
      const byAccount: Use = deviceId
        ? [limits.emailCodesByDevice, `${userId} ${deviceId}`]
        : [limits.emailCodesByStrangers, key];
      const judge = async () => {
        // The link's five tries are those of strangers: a device that the account knows has its own.
        const isSpent = !deviceId && (await isOver(limits.emailCodesOfLink.consume(key)));
        const isRight = links.isCode(code, link?.code);
        return userId && link && isRight && !isSpent ? use(userId, link.hash, client.origin) : undefined;
      };
      const network = addressBlock(client.origin.ipAddress ?? '');
      const uses = [[limits.signInsFrom, network] as const, byAccount];
      const user = await judgeTry({ uses, judge, onLimited: () => count('limited') });
      const outcome = user && (await proceed(user, client));
      return outcome ?? refuse(userId, client.origin);
    },
  };
}
