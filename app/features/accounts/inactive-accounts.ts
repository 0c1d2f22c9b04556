/**
 * Emails to people who try to get into an account that is not open to them: how to restore it, or whom to write to. Only the email tells
 * them, never an answer.
 */
import { after, type Clock, HOUR_MS } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/security/random.ts';
import type { Email } from '../email/email.ts';
import type { OneTimeTokens } from './one-time-tokens.ts';
import type { User, Users } from './users.ts';

export interface InactiveAccounts {
  /**
   * Emails the owner of a suspended or deleted account. A deleted one gets a new link that restores it; the link before is void.
   * Locks the account.
   * @returns whether it is such an account; if not, nothing is sent
   */
  mailOwner(tx: Transaction, user: User): Promise<boolean>;
}

export interface InactiveAccountsOptions {
  clock: Clock;
  users: Pick<Users, 'lock'>;
  tokens: OneTimeTokens;
  email: Pick<Email, 'sendEmail'>;
  appUrl: string;
  /** The mailbox to which suspended people write. */
  supportMailbox: string;
}

/** Shortly before the purge no link is sent: it would hardly be used in time, and must never be made after the purge has begun. */
const TOO_LATE_MS = HOUR_MS;

export function createInactiveAccounts(options: InactiveAccountsOptions): InactiveAccounts {
  const { clock, users, tokens, email, appUrl, supportMailbox } = options;

  async function mailLink(tx: Transaction, user: User, purgeAt: Date): Promise<void> {
    if (await tokens.isFresh(tx, user.id, 'restore_user')) return;
    const token = await tokens.issue(tx, user.id, 'restore_user', { expiresAt: purgeAt });
    await email.sendEmail(tx, {
      ...recipient(user),
      template: 'account-closed',
      key: `account-closed:${newId()}`,
      data: { name: user.name, deletesAt: purgeAt.toISOString(), url: `${appUrl}/restore-account?token=${token}` },
    });
  }

  return {
    async mailOwner(tx, { id }) {
      const user = await users.lock(tx, id);
      // A form that is sent twice gets one email.
      const minute = clock.now().toISOString().slice(0, 16);
      if (user?.suspendedAt) {
        const key = `account-suspended:${user.id}:${minute}`;
        const data = { name: user.name, contact: supportMailbox };
        await email.sendEmail(tx, { ...recipient(user), template: 'account-suspended', key, data });
      } else if (!user?.purgeAt) {
        return false;
      } else if (user.purgeAt > after(clock.now(), TOO_LATE_MS)) {
        await mailLink(tx, user, user.purgeAt);
      } else {
        const key = `account-deletion-due:${user.id}:${minute}`;
        const data = { name: user.name, url: `${appUrl}/register` };
        await email.sendEmail(tx, { ...recipient(user), template: 'account-deletion-due', key, data });
      }
      return true;
    },
  };
}

const recipient = (user: User) => ({ to: user.email, locale: user.locale, userId: user.id });
