/** Emails the members of an organization who may read about its money. */
import { and, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import { users } from '../accounts/schema.ts';
import type { Email, EmailData } from '../email/email.ts';
import { memberships, organizations } from '../organizations/schema.ts';
import type { billingEmails } from './emails.ts';

export type BillingTemplate = keyof typeof billingEmails.emails;
/** The data of an email about money, without what is the same in each of them. `url` leads to the billing page by default. */
export type BillingData<T extends BillingTemplate> = Omit<EmailData<T>, 'name' | 'organization' | 'url'> & {
  url?: string;
};

export interface Contacts {
  /**
   * Emails every owner, and every member whose role is billing.
   * @param key names the transition: each of them gets one email under it
   */
  mail<T extends BillingTemplate>(
    tx: Transaction,
    organizationId: string,
    template: T,
    key: string,
    data: BillingData<T>,
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
        const whole = { name, organization, url: `${appUrl}/billing`, ...data } as unknown as EmailData<
          typeof template
        >;
        await email.sendEmail(tx, { template, to, locale, userId, key: `${key}:${userId}`, data: whole });
      }
    },
  };
}
