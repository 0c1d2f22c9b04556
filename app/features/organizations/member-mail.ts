/** Emailing the members of an organization who hold a permission: one place decides who they are. */
import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import { users } from '../accounts/schema.ts';
import type { Email, EmailData, TemplateName } from '../email/email.ts';
import { type Permission, permissionsOf, roleNames } from './roles.ts';
import { memberships, organizations } from './schema.ts';

export interface MemberMail<T extends TemplateName> {
  organizationId: string;
  /** Those whose role holds it are told. `owners:manage` means the owners. */
  holders: Permission;
  template: T;
  /** Names the transition: each member gets one email under it. */
  key: string;
  /** The data of the email without the names of its reader and of the organization. */
  data: Omit<EmailData<T>, 'name' | 'organization'>;
  /** A member who is told otherwise. */
  except?: string | undefined;
  /** Somebody who is told although no member any more. */
  also?: string | undefined;
}

/** Emails every member whose role holds the permission and whose account is open, when the transaction commits. */
export type SendToMembers = <T extends TemplateName>(tx: Transaction, mail: MemberMail<T>) => Promise<void>;

export function createMemberMail(email: Pick<Email, 'sendEmail'>): SendToMembers {
  const reader = { userId: users.id, to: users.email, name: users.name, locale: users.locale };

  return async (tx, { organizationId, holders, template, key, data, except, also }) => {
    const roles = roleNames.filter((role) => permissionsOf(role).has(holders));
    const [found] = await tx
      .select({ organization: organizations.name })
      .from(organizations)
      .where(eq(organizations.id, organizationId));
    const members = await tx
      .select(reader)
      .from(memberships)
      .innerJoin(users, and(eq(users.id, memberships.userId), isNull(users.purgeAt), isNull(users.suspendedAt)))
      .where(and(eq(memberships.organizationId, organizationId), inArray(memberships.role, roles)));
    const others = also ? await tx.select(reader).from(users).where(eq(users.id, also)) : [];
    for (const { userId, to, name, locale } of [...members, ...others]) {
      if (userId === except) continue;
      const whole = { name, ...found, ...data } as unknown as EmailData<typeof template>;
      await email.sendEmail(tx, { template, to, locale, userId, key: `${key}:${userId}`, data: whole });
    }
  };
}
