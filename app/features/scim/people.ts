/**
 * What the directory says about a person, carried out: members are admitted, invited and removed, and accounts made, closed and opened again.
 *
 * An organization governs an account if the address of the account, as it is now, is of one of its verified domains. Only then may its
 * directory make, close or open the account. For everybody else it invites, and ends the membership, the open invitation and the API keys of
 * that person in this organization; nothing else of the account is touched, or shown.
 */
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Accounts, DirectoryActor, User } from '../accounts/accounts.ts';
import type { Email } from '../email/email.ts';
import type { OrganizationAccess, Organizations } from '../organizations/organizations.ts';
import { organizations as organizationTable } from '../organizations/schema.ts';
import { scimErrors } from './errors.ts';
import type { Governance } from './governance.ts';
import type { ScimChange } from './metrics.ts';
import { roleByGroups } from './roles.ts';
import { type ScimUser, scimUsers } from './schema.ts';

export interface People {
  /** Lets a person in: as a member at once, or by an invitation. @throws as `Provisioning.invite` and `admit`; `scim_uniqueness` */
  enter(tx: Transaction, access: OrganizationAccess, person: ScimUser): Promise<void>;
  /** Ends what the person has here. @throws `last_owner`, `personal_organization` */
  leave(tx: Transaction, access: OrganizationAccess, person: ScimUser): Promise<void>;
  /** The directory gave a person another address. Whoever is a member stays one, with the address of their own account. */
  move(tx: Transaction, access: OrganizationAccess, before: ScimUser, person: ScimUser): Promise<void>;
}

export interface PeopleOptions {
  accounts: Pick<Accounts, 'users' | 'governing'>;
  provisioning: Organizations['provisioning'];
  governance: Governance;
  email: Pick<Email, 'sendEmail'>;
  metrics: Pick<Metrics, 'scim_changes_total'>;
  appUrl: string;
}

export function createPeople(options: PeopleOptions): People {
  const { accounts, provisioning, governance, email, metrics, appUrl } = options;
  const { users, governing } = accounts;
  const count = (change: ScimChange) => metrics.scim_changes_total.inc({ change });
  const byOf = ({ organizationId, actor, origin }: OrganizationAccess): DirectoryActor => ({
    organizationId,
    actor,
    origin,
  });

  /** The account whose address was confirmed: one that was not may be a stranger's. */
  async function accountOf(tx: Transaction, address: string): Promise<User | undefined> {
    const user = await users.findByAddress(tx, address);
    return user?.emailVerifiedAt ? user : undefined;
  }

  async function make(tx: Transaction, access: OrganizationAccess, person: ScimUser): Promise<User> {
    const { attributes, address, id } = person;
    const name = nameOf(attributes);
    const locale = attributes.preferredLanguage as string | undefined;
    const user = await governing.provision(tx, { email: address, name, locale }, byOf(access));
    count('account_made');
    const [found] = await tx
      .select({ organization: organizationTable.name })
      .from(organizationTable)
      .where(eq(organizationTable.id, access.organizationId));
    await email.sendEmail(tx, {
      ...{ template: 'account-provisioned', to: user.email, locale: user.locale, userId: user.id },
      key: `scim-account:${id}:${user.id}`,
      data: { name: user.name, ...found!, email: user.email, url: `${appUrl}/sign-in` },
    });
    return user;
  }

  /** A member may stand for one person of the directory only. @throws `scim_uniqueness` */
  async function link(tx: Transaction, { organizationId, id }: ScimUser, userId: string): Promise<void> {
    const ofMember = and(eq(scimUsers.organizationId, organizationId), eq(scimUsers.userId, userId));
    const [other] = await tx.select({ id: scimUsers.id }).from(scimUsers).where(ofMember);
    if (other?.id === id) return;
    if (other) throw taken('Another user of the directory is this member.');
    const own = and(eq(scimUsers.organizationId, organizationId), eq(scimUsers.id, id));
    await tx.update(scimUsers).set({ userId }).where(own);
  }

  async function invite(tx: Transaction, access: OrganizationAccess, person: ScimUser): Promise<void> {
    const role = await roleByGroups(tx, person.organizationId, person.id);
    await provisioning.invite(tx, access, person.address, role);
    count('invited');
  }

  const people: People = {
    async enter(tx, access, person) {
      const { organizationId, address } = person;
      const account = await accountOf(tx, address);
      const isMember = account && (await provisioning.roleOf(tx, organizationId, account.id)) !== undefined;
      if (!(await governance.governs(tx, organizationId, address))) {
        if (isMember) await link(tx, person, account.id);
        else await invite(tx, access, person);
        return;
      }
      // An account that its owner has deleted comes back by its owner only.
      if (account?.purgeAt && !isMember) return invite(tx, access, person);
      const user = account ?? (await make(tx, access, person));
      if (await governing.reopen(tx, user.id, byOf(access))) count('account_reopened');
      if (!isMember) {
        await provisioning.withdrawInvitation(tx, access, address);
        await provisioning.admit(tx, access, user.id, await roleByGroups(tx, organizationId, person.id));
        count('admitted');
      }
      await link(tx, person, user.id);
    },

    async leave(tx, access, person) {
      const { organizationId, address } = person;
      const account = person.userId ? await users.lock(tx, person.userId) : await accountOf(tx, address);
      if (account && (await provisioning.roleOf(tx, organizationId, account.id)) !== undefined) {
        await provisioning.remove(tx, access, account.id);
        count('removed');
      }
      await provisioning.withdrawInvitation(tx, access, address);
      // By the address that the account has now: it may have changed hands, or the person may have taken the account along.
      if (!account?.emailVerifiedAt || !(await governance.governs(tx, organizationId, account.email))) return;
      if (await governing.close(tx, account.id, byOf(access))) count('account_closed');
    },

    async move(tx, access, before, person) {
      if (person.userId) return;
      await provisioning.withdrawInvitation(tx, access, before.address);
      await people.enter(tx, access, person);
    },
  };
  return people;
}

export const taken = (detail: string) => scimErrors.scim_uniqueness({ detail, extensions: { scimType: 'uniqueness' } });

interface Named {
  displayName?: string;
  name?: { formatted?: string; givenName?: string; familyName?: string };
}

/** The name of a person as people write it. */
export function nameOf(attributes: Record<string, unknown>): string | undefined {
  const { displayName, name } = attributes as Named;
  const parts = [name?.givenName, name?.familyName].filter((part) => part !== undefined);
  return displayName ?? name?.formatted ?? (parts.length > 0 ? parts.join(' ') : undefined);
}
