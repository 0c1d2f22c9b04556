/** Tells the owner of an address, and those who invited it, if the address gets emails. */
import { and, eq, inArray } from 'drizzle-orm';
import { announce } from '../../platform/database/changes/announcing.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import { createMemory, type Memory } from '../../platform/database/changes/memory.ts';
import type { Database, Executor, Transaction } from '../../platform/database/database.ts';
import { OneOf } from '../../platform/http/schemas.ts';
import { emailSuppressions } from './schema.ts';

/** `bounced` where the mail server refused an email for good, `suppressed` after a complaint or by an operator. */
const statuses = ['deliverable', 'bounced', 'suppressed'] as const;
export type AddressStatus = (typeof statuses)[number];

export const AddressStatusSchema = OneOf(statuses, {
  title: 'AddressStatus',
  description:
    'Says if the address gets emails: `bounced` after its mail server refused one for good, `suppressed` after a complaint or by an operator.',
});

/** Statuses are kept in memory under their address. */
const KIND = 'address_status';
const MAX_KNOWN = 50_000;

/** Tells every process, once `tx` has committed, to read the status of these addresses anew. */
export function announceStatus(tx: Transaction, ...addresses: readonly string[]): void {
  announce(tx, KIND, ...addresses);
}

export function createKnownStatuses({ db, feed }: { db: Database; feed: ChangeFeed }): Memory<AddressStatus> {
  return createMemory<AddressStatus>({
    feed,
    kind: KIND,
    max: MAX_KNOWN,
    read: async (address) => (await statusOf(db, [address]))(address),
  });
}

/** @param addresses as `parseAddress` writes them @returns the status of each */
export async function statusOf(executor: Executor, addresses: string[]): Promise<(address: string) => AddressStatus> {
  const found = await executor
    .select({ address: emailSuppressions.address, reason: emailSuppressions.reason })
    .from(emailSuppressions)
    .where(and(inArray(emailSuppressions.address, addresses), eq(emailSuppressions.scope, 'all')));
  const reasons = new Map(found.map(({ address, reason }) => [address, reason]));
  return (address) => {
    const reason = reasons.get(address);
    if (!reason) return 'deliverable';
    return reason === 'hard_bounce' ? 'bounced' : 'suppressed';
  };
}
