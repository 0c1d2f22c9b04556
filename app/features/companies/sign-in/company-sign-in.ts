/** Tells accounts about the identity providers of organizations: how they are spoken to, whose sign-in they decide, and who joins by them. */
import { and, eq } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { DestinationRules } from '../../../platform/http/outgoing/destinations.ts';
import { UUID } from '../../../platform/http/uuids.ts';
import {
  type CompanySignIn,
  callbackPath,
  createProtocol,
  identityProviderPresets,
  type ProviderProtocol,
  type ProviderReach,
} from '../../accounts/accounts.ts';
import type { Organizations } from '../../organizations/organizations.ts';
import { memberships, organizations } from '../../organizations/schema.ts';
import type { Domains } from '../domains/domains.ts';
import { organizationIdentityProviders } from '../schema.ts';
import type { Connection, Connections } from './connections.ts';
import { enforcedFor } from './required.ts';

export interface CompanySignInOptions {
  clock: Clock;
  connections: Connections;
  domains: Pick<Domains, 'governs'>;
  organizations: Pick<Organizations, 'admit' | 'seatErrors'>;
  rules: DestinationRules;
  apiUrl: string;
  replacement?: CompanyProviders | undefined;
}

/** For tests. */
export interface CompanyProviders extends ProviderReach {
  /** Stands for Google. */
  googleIssuer?: string;
}

/** The most connections whose metadata and keys a process keeps. */
const MAX_KNOWN = 1_000;

export const providerNameOf = (organizationId: string): string => `company-${organizationId}`;
const organizationOf = (name: string): string => name.slice('company-'.length);

export interface CompanySignInSource extends CompanySignIn {
  close(): Promise<void>;
}

export function createCompanySignIn(options: CompanySignInOptions): CompanySignInSource {
  const { clock, connections, domains, rules, apiUrl, replacement = {} } = options;
  /** By version, so that a changed connection is spoken to anew. */
  const protocols = new Map<string, ProviderProtocol>();

  async function protocolOf(connection: Connection): Promise<ProviderProtocol> {
    const known = protocols.get(connection.version);
    if (known) return known;
    const [oldest] = protocols;
    if (oldest && protocols.size >= MAX_KNOWN) protocols.delete(oldest[0]);
    const { issuer, clientId, organizationId } = connection;
    const name = providerNameOf(organizationId);
    const preset =
      issuer === replacement.googleIssuer
        ? identityProviderPresets.google
        : Object.values(identityProviderPresets).find((one) => one.issuer === issuer);
    const protocol = createProtocol({
      provider: {
        ...{ name, label: name, scope: 'openid email profile', issuer, clientId },
        clientSecret: connections.secretOf(connection),
        // Its word about the verified domains counts, unless it says itself that nobody has verified the address.
        hasVerified: ({ email_verified: verified }) => verified !== false && verified !== 'false',
        // A provider of many companies must say to which one a person belongs.
        ...(preset?.vouchesFor ? { domains: [], vouchesFor: preset.vouchesFor } : { domains: ['*'] }),
      },
      ...{ clock, rules, redirectUri: `${apiUrl}${callbackPath(name)}`, trusted: false, reach: replacement },
    });
    protocols.set(connection.version, protocol);
    return protocol;
  }

  return {
    get errors() {
      return options.organizations.seatErrors;
    },

    async find(name) {
      const organizationId = organizationOf(name);
      const connection = UUID.test(organizationId) ? await connections.find(organizationId) : undefined;
      return connection && { protocol: await protocolOf(connection), isTested: connection.testedAt !== null };
    },

    async tested(name, protocol) {
      const version = [...protocols].find(([, known]) => known === protocol)?.[0];
      if (version) await connections.tested(organizationOf(name), version);
    },

    async requiredFor(executor, address, by) {
      const enforcing = await enforcedFor(executor, address);
      if (!enforcing) return undefined;
      // The passkey of an owner opens the organization whose provider is gone.
      const hasPasskey = by?.amr.some((method) => method === 'hwk' || method === 'swk');
      if (by && hasPasskey) {
        const { organizationId, userId, role } = memberships;
        const owner = and(eq(organizationId, enforcing), eq(userId, by.userId), eq(role, 'owner'));
        if ((await executor.$count(memberships, owner)) > 0) return undefined;
      }
      return providerNameOf(enforcing);
    },

    governs: (executor, name, address) => domains.governs(executor, organizationOf(name), address),

    async hasMember(executor, name, userId) {
      const ofPerson = and(eq(memberships.organizationId, organizationOf(name)), eq(memberships.userId, userId));
      return (await executor.$count(memberships, ofPerson)) > 0;
    },

    async acceptsSecondFactor(executor, name) {
      const { organizationId, acceptsSecondFactor } = organizationIdentityProviders;
      const ofOrganization = and(eq(organizationId, organizationOf(name)), acceptsSecondFactor);
      return (await executor.$count(organizationIdentityProviders, ofOrganization)) > 0;
    },

    async lock(tx, name) {
      await tx
        .select({ id: organizations.id })
        .from(organizations)
        .where(eq(organizations.id, organizationOf(name)))
        .for('update');
    },

    async join(tx, name, userId, origin, { isNew }) {
      const organizationId = organizationOf(name);
      const [connection] = await tx
        .select({ role: organizationIdentityProviders.defaultRole })
        .from(organizationIdentityProviders)
        .where(eq(organizationIdentityProviders.organizationId, organizationId));
      if (!connection) return;
      const { admit, seatErrors } = options.organizations;
      await admit(tx, organizationId, userId, connection.role, origin).catch((error) => {
        // A full organization must not keep a person out of an account that they have proven.
        if (isNew || !seatErrors.some(({ code }) => code === error.code)) throw error;
      });
    },

    async close() {
      for (const protocol of protocols.values()) await protocol.close();
    },
  };
}
