/** The identity provider of an organization: storing it, testing it, and whom it is the only way in for. */
import { and, eq } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Executor, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { type DestinationRules, faultOf } from '../../../platform/http/outgoing/destinations.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Sealer } from '../../../platform/security/sealing.ts';
import type { Audit, AuditAction } from '../../audit/audit.ts';
import type { OrganizationAccess, Role } from '../../organizations/organizations.ts';
import { organizations } from '../../organizations/schema.ts';
import { companyErrors } from '../errors.ts';
import { organizationIdentityProviders } from '../schema.ts';
import type { EndSessions } from './ending-sessions.ts';
import type { ConnectionNotices } from './notices.ts';

export type Connection = typeof organizationIdentityProviders.$inferSelect;

export interface ConnectionFields {
  issuer: string;
  clientId: string;
  /** Absent: it stays as it is. */
  clientSecret?: string | undefined;
  defaultRole: Role;
  enforced: boolean;
  /** Absent: it stays as it is, and is false at first. */
  acceptsSecondFactor?: boolean | undefined;
}

export interface Connections {
  /** @throws `not_found` */
  get(organizationId: string): Promise<Connection>;
  /** The same without the error. */
  find(organizationId: string): Promise<Connection | undefined>;
  /**
   * Stores it. A change of issuer, client or secret voids the test run.
   * @throws `invalid_issuer`, `identity_provider_untested`, `recent_sign_in_required`, `forbidden` for a role that the caller may not give
   */
  put(access: OrganizationAccess, fields: ConnectionFields): Promise<Connection>;
  /** Checks that the caller may test it. @throws `not_found`, `recent_sign_in_required` */
  confirmTest(access: OrganizationAccess): Promise<void>;
  /** A test run of a version has succeeded. */
  tested(organizationId: string, version: string): Promise<void>;
  /** @throws `not_found`, `recent_sign_in_required` */
  remove(access: OrganizationAccess): Promise<void>;
  secretOf(connection: Connection): string;
}

export interface ConnectionsOptions {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  audit: Audit;
  notices: ConnectionNotices;
  rules: DestinationRules;
  endSessions: EndSessions;
}

const PURPOSE = 'organization_identity_providers.client_secret';
const MANAGE = 'company-sign-in:manage';

export function createConnections(options: ConnectionsOptions): Connections {
  const { db, clock, sealer, audit, notices, rules, endSessions } = options;

  async function enter(tx: Transaction, given: OrganizationAccess): Promise<OrganizationAccess> {
    await tx.select().from(organizations).where(eq(organizations.id, given.organizationId)).for('update');
    const access = await given.again(tx, MANAGE);
    await access.stepUp(tx);
    return access;
  }

  async function read(executor: Executor, organizationId: string): Promise<Connection | undefined> {
    const [found] = await executor.select().from(organizationIdentityProviders).where(own(organizationId));
    return found;
  }

  async function record(tx: Transaction, access: OrganizationAccess, action: AuditAction, details: object) {
    const { organizationId: ownerId, actor, origin } = access;
    await audit.append(tx, { ownerId, action, actor, origin, details: { ...details } });
    await notices.changed(tx, ownerId);
  }

  return {
    find: (organizationId) => read(db, organizationId),
    secretOf: ({ clientSecret }) => sealer.open(PURPOSE, clientSecret).toString(),

    async get(organizationId) {
      return (await read(db, organizationId)) ?? noSuchProvider();
    },

    put(given, { issuer, clientId, clientSecret, defaultRole, enforced, ...rest }) {
      const fault = faultOf(issuer, rules) ?? faultOfTenants(issuer);
      if (fault) throw companyErrors.invalid_issuer({ detail: fault });
      return transact(db, async (tx) => {
        const access = await enter(tx, given);
        const { organizationId } = access;
        if (!access.mayGrant(defaultRole))
          throw httpErrors.forbidden({ detail: `The role ${defaultRole} allows more than you may give.` });
        const before = await read(tx, organizationId);
        if (!before && clientSecret === undefined)
          throw companyErrors.invalid_issuer({ detail: 'A new connection needs a client secret.' });
        const isSame = before?.issuer === issuer && before.clientId === clientId && clientSecret === undefined;
        const testedAt = isSame ? before.testedAt : null;
        if (enforced && testedAt === null) throw companyErrors.identity_provider_untested();
        const set: Omit<Connection, 'organizationId'> = {
          ...{ issuer, clientId, defaultRole, enforced, testedAt, updatedAt: clock.now() },
          acceptsSecondFactor: rest.acceptsSecondFactor ?? before?.acceptsSecondFactor ?? false,
          version: isSame ? before.version : newId(),
          clientSecret: clientSecret === undefined ? before!.clientSecret : sealer.seal(PURPOSE, clientSecret),
        };
        await tx
          .insert(organizationIdentityProviders)
          .values({ organizationId, ...set })
          .onConflictDoUpdate({ target: organizationIdentityProviders.organizationId, set });
        const { acceptsSecondFactor } = set;
        const secretChanged = clientSecret !== undefined;
        const after = { issuer, clientId, defaultRole, enforced, acceptsSecondFactor, secretChanged };
        await record(tx, access, 'identity_provider.updated', after);
        if (enforced && !before?.enforced) await endSessions(tx, access);
        return { organizationId, ...set };
      });
    },

    async confirmTest(given) {
      await transact(db, async (tx) => {
        const { organizationId } = await enter(tx, given);
        return (await read(tx, organizationId)) ?? noSuchProvider();
      });
    },

    async tested(organizationId, version) {
      await transact(db, async (tx) => {
        const [tested] = await tx
          .update(organizationIdentityProviders)
          .set({ testedAt: clock.now() })
          .where(and(own(organizationId), eq(organizationIdentityProviders.version, version)))
          .returning({ issuer: organizationIdentityProviders.issuer });
        if (!tested) return;
        const event = { ownerId: organizationId, action: 'identity_provider.tested' } as const;
        await audit.append(tx, { ...event, actor: { type: 'system' }, details: { ...tested } });
      });
    },

    async remove(given) {
      await transact(db, async (tx) => {
        const access = await enter(tx, given);
        const [removed] = await tx
          .delete(organizationIdentityProviders)
          .where(own(access.organizationId))
          .returning({ issuer: organizationIdentityProviders.issuer });
        if (!removed) return noSuchProvider();
        await record(tx, access, 'identity_provider.removed', removed);
      });
    },
  };
}

const own = (organizationId: string) => eq(organizationIdentityProviders.organizationId, organizationId);

/** Administrators of any tenant write any address: only the tenant of the company itself can be believed about its addresses. */
const MANY_TENANTS =
  /^https:\/\/(login\.microsoftonline\.com|sts\.windows\.net)\/(common|organizations|consumers)(\/|$)/i;

/** @returns why the issuer would speak for everybody */
const faultOfTenants = (issuer: string): string | undefined =>
  MANY_TENANTS.test(new URL(issuer).href)
    ? 'It speaks for all tenants of Microsoft Entra ID. Name the one of the company by its id.'
    : undefined;

function noSuchProvider(): never {
  throw httpErrors.not_found({ detail: 'The organization has no identity provider.' });
}
