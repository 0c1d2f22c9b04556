/** Who in an organization reads about money, and mailing them. */
import { and, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import { users } from '../accounts/schema.ts';
import type { Email } from '../email/email.ts';
import { memberships, organizations } from '../organizations/schema.ts';

export type BillingTemplate =
  | 'trial-ending'
  | 'payment-failed'
  | 'payment-action-required'
  | 'receipt'
  | 'subscription-cancelled'
  | 'usage-limit-near';

export interface Contacts {
  /**
   * Mails every owner, and every member whose role is billing.
   * @param key names the transition: each of them gets one mail under it
   * @param data what the template needs besides the reader's and the organization's name; `url` leads to the billing page by default
   */
  mail(
    tx: Transaction,
    organizationId: string,
    template: BillingTemplate,
    key: string,
    data: Record<string, unknown>,
  ): Promise<void>;
}

export function createContacts({ email, appUrl }: { email: Pick<Email, 'sendEmail'>; appUrl: string }): Contacts {
  return {
    async mail(tx, organizationId, template, key, data) {
      const contacts = await tx
        .select({
          organization: organizations.name,
          userId: users.id,
          to: users.email,
          name: users.name,
          locale: users.locale,
        })
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
        .where(and(eq(memberships.organizationId, organizationId), inArray(memberships.role, ['owner', 'billing'])));
      for (const { organization, userId, to, name, locale } of contacts) {
        // Checked when it is rendered, against the fields of the template.
        const whole = { name, organization, url: `${appUrl}/billing`, ...data } as never;
        await email.sendEmail(tx, { template, to, locale, userId, key: `${key}:${userId}`, data: whole });
      }
    },
  };
}
