/**
 * Asking for a link that signs in. The request only enqueues a job, whether or not the address has an account, so neither the answer nor its
 * time tells.
 */
import { MINUTE_MS } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { Problem } from '../../../platform/errors.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import type { JobHandler } from '../../../platform/jobs/jobs.ts';
import { sha256 } from '../../../platform/security/random.ts';
import { addressBlock } from '../../../platform/security/rate-limits.ts';
import type { Audit } from '../../audit/audit.ts';
import { type Email, parseAddress } from '../../email/email.ts';
import { accountErrors } from '../errors.ts';
import type { InactiveAccounts } from '../inactive-accounts.ts';
import type { AccountLimits } from '../limits.ts';
import { emailLinkRequests } from '../queues.ts';
import { keyOf } from '../registration.ts';
import type { SealedAddresses } from '../sealed-addresses.ts';
import type { Users } from '../users.ts';
import { type EmailLinks, LINK_LIFETIME_MS } from './links.ts';

export interface EmailLinkRequests {
  /** @param browser the secret of the browser that asks @throws `invalid_email`, `rate_limited` */
  request(email: string, browser: string, origin: RequestOrigin): Promise<void>;
  readonly handlers: readonly JobHandler[];
}

export interface EmailLinkRequestsOptions {
  db: Database;
  users: Pick<Users, 'findByAddress' | 'lock'>;
  links: Pick<EmailLinks, 'issue'>;
  sealedAddresses: SealedAddresses;
  inactiveAccounts: InactiveAccounts;
  limits: Pick<AccountLimits, 'mailsFrom' | 'mailsToAddress' | 'emailLinksSentTwice' | 'emailCodesOfLink'>;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  appUrl: string;
}

export function createEmailLinkRequests(options: EmailLinkRequestsOptions): EmailLinkRequests {
  const { db, users, links, limits, audit, email, appUrl } = options;

  async function mail(address: string, origin: RequestOrigin, browserHash: Buffer): Promise<void> {
    await transact(db, async (tx) => {
      const found = await users.findByAddress(tx, address);
      if (!found || (await options.inactiveAccounts.mailOwner(tx, found))) return;
      const user = await users.lock(tx, found.id);
      if (user?.email !== address) return;
      const { token, code } = await links.issue(tx, user, browserHash);
      const event = { ownerId: user.id, action: 'email_link.requested', actor: { type: 'anonymous' }, origin } as const;
      await audit.append(tx, event);
      await email.sendEmail(tx, {
        template: 'sign-in-link',
        to: user.email,
        locale: user.locale,
        userId: user.id,
        key: `sign-in-link:${keyOf(token)}`,
        data: {
          name: user.name,
          code,
          url: `${appUrl}/sign-in/email-link?token=${token}`,
          expiresInMinutes: LINK_LIFETIME_MS / MINUTE_MS,
        },
      });
    });
  }

  /** For known and unknown addresses alike, so that what is counted does not tell either. */
  async function handle(address: string, origin: RequestOrigin, browserHash: string): Promise<void> {
    const once = `${address} ${browserHash}`;
    if (await isOver(limits.emailLinksSentTwice.consume(once))) return;
    try {
      await limits.emailCodesOfLink.reset(address);
      await mail(address, origin, Buffer.from(browserHash, 'base64url'));
    } catch (error) {
      await limits.emailLinksSentTwice.refund(once);
      throw error;
    }
  }

  return {
    async request(text, browser, origin) {
      const address = parseAddress(text);
      if (!address) throw accountErrors.invalid_email();
      await limits.mailsFrom.consume(addressBlock(origin.ipAddress ?? ''));
      await limits.mailsToAddress.consume(address);
      const browserHash = sha256(browser).toString('base64url');
      await options.sealedAddresses.enqueue(db, emailLinkRequests, address, origin, { browserHash });
    },
    handlers: [
      options.sealedAddresses.handler(emailLinkRequests, (address, origin, { browserHash }) =>
        handle(address, origin, browserHash),
      ),
    ],
  };
}

/** @returns true if a use exceeded its limit */
export function isOver(use: Promise<void>): Promise<boolean> {
  return use.then(
    () => false,
    (error) => {
      if (error instanceof Problem && error.status === 429) return true;
      throw error;
    },
  );
}
