/** Tells the owner of an address, and those who invited it, if the address gets emails. */
import { and, eq, inArray } from 'drizzle-orm';
import type { Executor } from '../../platform/database/database.ts';
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
