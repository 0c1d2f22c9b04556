/**
 * Checks verified domains again each day. A domain whose record has been gone for five days is no longer verified: it may have another owner by
 * then. Nameservers that do not answer say nothing about the record, so they change nothing.
 */
import { and, asc, isNotNull, lte } from 'drizzle-orm';
import { after, type Clock, DAY_MS, HOUR_MS } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { JobHandler, JobSchedule } from '../../../platform/jobs/jobs.ts';
import type { Audit } from '../../audit/audit.ts';
import { checkDomainsQueue } from '../queues.ts';
import { type DomainRow, organizationDomains } from '../schema.ts';
import type { CheckDomain, CheckOutcome } from './checking.ts';
import { CHECK_AGAIN_MS, type Domains, own } from './domains.ts';
import type { DomainNotices } from './notices.ts';

export const recheckSchedule: JobSchedule = {
  queue: checkDomainsQueue,
  cron: '41 * * * *',
  about: 'Checks whether the DNS records of verified domains are still there, each once a day.',
};

/** So long after the record was first missed, the domain is no longer verified. The emails say it. */
const GRACE_MS = 5 * DAY_MS;
/** Then it is looked for again. */
const AGAIN_MS: Record<CheckOutcome, number> = { proven: CHECK_AGAIN_MS, missing: 6 * HOUR_MS, failed: HOUR_MS };
/** So many domains are looked up at a time. */
const AT_A_TIME = 20;

export interface RecheckingOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  notices: DomainNotices;
  check: CheckDomain;
  domains: Pick<Domains, 'lose'>;
}

export function createRechecking(options: RecheckingOptions): JobHandler {
  const { db, clock, check } = options;

  async function recheck(due: DomainRow): Promise<void> {
    const outcome = await check(due);
    await transact(db, async (tx) => {
      const [claim] = await tx.select().from(organizationDomains).where(own(due.organizationId, due.id)).for('update');
      // Removed, or verified anew, while the nameservers were asked.
      if (!claim?.verifiedAt || claim.nextCheckAt!.getTime() !== due.nextCheckAt!.getTime()) return;
      await settle(tx, claim, outcome, options);
    });
  }

  return {
    queue: checkDomainsQueue,
    async handle() {
      const { nextCheckAt, verifiedAt } = organizationDomains;
      for (;;) {
        const due = await db
          .select()
          .from(organizationDomains)
          .where(and(isNotNull(verifiedAt), lte(nextCheckAt, clock.now())))
          .orderBy(asc(nextCheckAt))
          .limit(AT_A_TIME);
        await Promise.all(due.map(recheck));
        if (due.length < AT_A_TIME) return;
      }
    },
  };
}

/** Stores the outcome of a check. The claim is locked. */
async function settle(
  tx: Transaction,
  claim: DomainRow,
  outcome: CheckOutcome,
  { clock, audit, notices, domains }: RecheckingOptions,
): Promise<void> {
  const now = clock.now();
  const missingSince = outcome === 'missing' ? (claim.missingSince ?? now) : claim.missingSince;
  const lostOn = missingSince && after(missingSince, GRACE_MS);
  if (outcome === 'missing' && lostOn! <= now)
    return domains.lose(tx, claim, {
      ...{ action: 'domain.verification_lost', reason: 'missing', actor: { type: 'system' } },
    });
  const answered = outcome === 'failed' ? {} : { checkedAt: now };
  const seen = outcome === 'proven' ? { missingSince: null } : { missingSince };
  await tx
    .update(organizationDomains)
    .set({ ...answered, ...seen, nextCheckAt: after(now, AGAIN_MS[outcome]) })
    .where(own(claim.organizationId, claim.id));
  if (outcome !== 'missing' || claim.missingSince) return;
  const { organizationId: ownerId, id, domain } = claim;
  const target = { type: 'domain', id };
  const action = 'domain.record_missing';
  await audit.append(tx, { ownerId, action, actor: { type: 'system' }, target, details: { domain } });
  await notices.recordMissing(tx, claim, lostOn!);
}
