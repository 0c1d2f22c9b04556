/** The domains of organizations: claiming, proving and removing them, and which organization an address belongs to by its domain. */
import { and, desc, eq, isNull, lt } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../../platform/clock.ts';
import type { Database, Executor, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { newId, randomSecret } from '../../../platform/security/random.ts';
import type { Audit, AuditAction, AuditEntry } from '../../audit/audit.ts';
import type { OrganizationAccess } from '../../organizations/organizations.ts';
import { organizations } from '../../organizations/schema.ts';
import { companyErrors } from '../errors.ts';
import { type DomainRow, organizationDomains, verifiedDomains } from '../schema.ts';
import type { CheckDomain } from './checking.ts';
import { domainOfAddress, parseDomain, refusalOf } from './names.ts';
import type { DomainNotices, LossReason } from './notices.ts';

export interface Domains {
  /** Claims a domain. @throws `invalid_domain`, `domain_claimed`, `too_many_domains`, `recent_sign_in_required` */
  claim(tx: Transaction, access: OrganizationAccess, domain: string): Promise<DomainRow>;
  /** The newest first, before the one with id `beforeId`. */
  list(organizationId: string, limit: number, beforeId?: string): Promise<DomainRow[]>;
  /** @throws `not_found` */
  get(organizationId: string, id: string): Promise<DomainRow>;
  /**
   * Looks for the record of a claim, and verifies the domain for the organization. Repeating it changes nothing.
   * @throws `not_found`, `recent_sign_in_required`, `domain_not_proven`, `domain_lookup_failed`, `domain_taken`
   */
  verify(access: OrganizationAccess, id: string): Promise<DomainRow>;
  /** @throws `not_found`, `recent_sign_in_required` */
  remove(access: OrganizationAccess, id: string): Promise<void>;
  /** Ends the verification of a domain, by an operator. @returns the organization that had it; undefined if none had */
  release(domain: string): Promise<string | undefined>;
  /** Removes what an organization that is purged has verified. */
  forget(organizationId: string): Promise<void>;
  /** Ends the verification of a claim that is locked, and tells the owners. */
  lose(tx: Transaction, claim: DomainRow, by: Loss): Promise<void>;
  /**
   * The organization whose verified domain an address has. Its subdomains are other domains.
   * @param address as accounts store it
   * @returns undefined if the domain is verified for none, or for one that is deleted
   */
  organizationOf(executor: Executor, address: string): Promise<string | undefined>;
  /** The texts with which claims are proven at a name, for the nameserver of development. @returns undefined if nobody claims it */
  textsAt(recordName: string): Promise<string[] | undefined>;
  /** True if the domain of an address is verified for the organization. */
  governs(executor: Executor, organizationId: string, address: string): Promise<boolean>;
}

/** Why and by whom a verification ends. */
export interface Loss {
  readonly action: AuditAction;
  readonly reason: LossReason;
  readonly actor: AuditEntry['actor'];
}

export interface DomainsOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  notices: DomainNotices;
  check: CheckDomain;
  /** Ends those of the people whose only way in is now the provider of the organization. */
  endSessions(tx: Transaction, access: OrganizationAccess): Promise<void>;
  /** The first label of the names of records. */
  recordLabel: string;
}

const MANAGE = 'company-sign-in:manage';
/** The most domains of one organization: each is looked up once a day. */
const MAX_DOMAINS = 100;
/** A verified domain is checked again after so long, in milliseconds. */
export const CHECK_AGAIN_MS = DAY_MS;

export function createDomains(options: DomainsOptions): Domains {
  const { db, clock, audit, notices, check, recordLabel, endSessions } = options;

  function record(
    tx: Transaction,
    { organizationId: ownerId, actor, origin }: OrganizationAccess,
    action: AuditAction,
    { id, domain }: DomainRow,
  ): Promise<void> {
    return audit.append(tx, { ownerId, action, actor, target: { type: 'domain', id }, origin, details: { domain } });
  }

  /** Decides the access again, and locks the claim. @throws `not_found`, `recent_sign_in_required` */
  async function enter(tx: Transaction, caller: OrganizationAccess, id: string) {
    const access = await caller.again(tx, MANAGE);
    await access.stepUp(tx);
    const [claim] = await tx.select().from(organizationDomains).where(own(access.organizationId, id)).for('update');
    if (!claim) throw noSuchDomain();
    return { access, claim };
  }

  async function lose(tx: Transaction, claim: DomainRow, { action, reason, actor }: Loss): Promise<void> {
    const { organizationId, id, domain } = claim;
    await tx.delete(verifiedDomains).where(eq(verifiedDomains.domain, domain));
    const none = { verifiedAt: null, nextCheckAt: null, missingSince: null };
    await tx.update(organizationDomains).set(none).where(own(organizationId, id));
    const target = { type: 'domain', id };
    await audit.append(tx, { ownerId: organizationId, action, actor, target, details: { domain } });
    await notices.lost(tx, claim, reason);
  }

  async function store(tx: Transaction, claim: DomainRow): Promise<DomainRow> {
    const now = clock.now();
    const set = {
      ...{ verifiedAt: claim.verifiedAt ?? now, checkedAt: now, missingSince: null },
      nextCheckAt: after(now, CHECK_AGAIN_MS),
    };
    const [stored] = await tx
      .update(organizationDomains)
      .set(set)
      .where(own(claim.organizationId, claim.id))
      .returning();
    return stored!;
  }

  async function organizationOf(executor: Executor, address: string): Promise<string | undefined> {
    const [found] = await executor
      .select({ organizationId: verifiedDomains.organizationId })
      .from(verifiedDomains)
      .innerJoin(
        organizations,
        and(eq(organizations.id, verifiedDomains.organizationId), isNull(organizations.purgeAt)),
      )
      .where(eq(verifiedDomains.domain, domainOfAddress(address)));
    return found?.organizationId;
  }

  return {
    lose,
    organizationOf,

    async governs(executor, organizationId, address) {
      return (await organizationOf(executor, address)) === organizationId;
    },

    async textsAt(recordName) {
      const { recordValue } = organizationDomains;
      const of = eq(organizationDomains.recordName, recordName);
      const found = await db.select({ recordValue }).from(organizationDomains).where(of);
      return found.length === 0 ? undefined : found.map(({ recordValue: text }) => text);
    },

    async claim(tx, caller, text) {
      const domain = parseDomain(text);
      if (domain === null) throw companyErrors.invalid_domain({ detail: 'It is not the name of a domain.' });
      const refusal = await refusalOf(domain);
      if (refusal) throw companyErrors.invalid_domain({ detail: refusal });
      const { organizationId } = caller;
      await tx.select().from(organizations).where(eq(organizations.id, organizationId)).for('update');
      const access = await caller.again(tx, MANAGE);
      await access.stepUp(tx);
      const count = await tx.$count(organizationDomains, eq(organizationDomains.organizationId, organizationId));
      if (count >= MAX_DOMAINS) throw companyErrors.too_many_domains({ detail: `At most ${MAX_DOMAINS}.` });
      const [claim] = await tx
        .insert(organizationDomains)
        .values({
          ...{ organizationId, id: newId(), domain, createdAt: clock.now() },
          ...{ recordName: `${recordLabel}.${domain}`, recordValue: randomSecret(20).toString('hex') },
        })
        .onConflictDoNothing()
        .returning();
      if (!claim) throw companyErrors.domain_claimed();
      await record(tx, access, 'domain.claimed', claim);
      return claim;
    },

    list(organizationId, limit, beforeId) {
      const beyond = beforeId === undefined ? undefined : lt(organizationDomains.id, beforeId);
      return db
        .select()
        .from(organizationDomains)
        .where(and(eq(organizationDomains.organizationId, organizationId), beyond))
        .orderBy(desc(organizationDomains.id))
        .limit(limit);
    },

    async get(organizationId, id) {
      const [claim] = await db.select().from(organizationDomains).where(own(organizationId, id));
      if (!claim) throw noSuchDomain();
      return claim;
    },

    async verify(caller, id) {
      // No transaction stays open while the nameservers are asked, so the access is decided before and after.
      const asked = await transact(db, async (tx) => (await enter(tx, caller, id)).claim);
      const outcome = await check(asked);
      if (outcome === 'failed')
        throw companyErrors.domain_lookup_failed({ detail: `No answer about ${asked.recordName}.` });
      if (outcome === 'missing')
        throw companyErrors.domain_not_proven({
          detail: `There is no TXT record ${asked.recordName} with the text ${asked.recordValue}.`,
        });
      return transact(db, async (tx) => {
        const { access, claim } = await enter(tx, caller, id);
        if (claim.verifiedAt) return store(tx, claim);
        const { organizationId, domain } = claim;
        const [taken] = await tx
          .insert(verifiedDomains)
          .values({ domain, organizationId, domainId: id })
          .onConflictDoNothing()
          .returning();
        if (!taken) throw companyErrors.domain_taken();
        const verified = await store(tx, claim);
        await record(tx, access, 'domain.verified', verified);
        await notices.verified(tx, verified);
        // Of the people whose only way in is now the provider of the organization. If it enforces none, the job finds nobody.
        await endSessions(tx, access);
        return verified;
      });
    },

    async remove(caller, id) {
      await transact(db, async (tx) => {
        const { access, claim } = await enter(tx, caller, id);
        await tx.delete(verifiedDomains).where(verifiedBy(claim));
        await tx.delete(organizationDomains).where(own(claim.organizationId, id));
        await record(tx, access, 'domain.removed', claim);
        if (claim.verifiedAt) await notices.lost(tx, claim, 'removed');
      });
    },

    async forget(organizationId) {
      await db.delete(verifiedDomains).where(eq(verifiedDomains.organizationId, organizationId));
    },

    release(text) {
      return transact(db, async (tx) => {
        const [verified] = await tx
          .select()
          .from(verifiedDomains)
          .where(eq(verifiedDomains.domain, parseDomain(text) ?? ''));
        if (!verified) return undefined;
        const which = own(verified.organizationId, verified.domainId);
        const [claim] = await tx.select().from(organizationDomains).where(which).for('update');
        // Lost before it was locked.
        if (!claim?.verifiedAt) return undefined;
        await lose(tx, claim, { action: 'domain.released', reason: 'released', actor: { type: 'operator' } });
        return claim.organizationId;
      });
    },
  };
}

export const own = (organizationId: string, id: string) =>
  and(eq(organizationDomains.organizationId, organizationId), eq(organizationDomains.id, id))!;

/** What a claim verifies. On one PostgreSQL its key would cascade; a sharded one has no such key. */
const verifiedBy = ({ organizationId, id }: DomainRow) =>
  and(eq(verifiedDomains.organizationId, organizationId), eq(verifiedDomains.domainId, id));

const noSuchDomain = () => httpErrors.not_found({ detail: 'There is no such domain.' });
