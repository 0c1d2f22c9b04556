/** Addresses that must not be emailed. Not here: who reports them (`webhooks/`), and how readers unsubscribe (`unsubscribing.ts`). */
import { and, eq, sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../platform/database/database.ts';
import { announceStatus } from './address-status.ts';
import { parseAddress } from './addresses.ts';
import { emailSuppressions } from './schema.ts';

type Suppression = typeof emailSuppressions.$inferSelect;

export interface NewSuppression {
  /** As reported; normalised here. */
  address: string;
  reason: Suppression['reason'];
  provider?: NonNullable<Suppression['provider']>;
  detail?: string;
}

/**
 * Suppresses addresses; the first report of an address stays. An unsubscription stops bulk email only, every other reason stops all email.
 * @returns how many of `reports` named no mailbox and were left out
 */
export async function suppress(tx: Transaction, reports: readonly NewSuppression[]): Promise<number> {
  const rows = reports.flatMap(({ address, reason, provider, detail }) => {
    const normalized = parseAddress(address);
    if (!normalized) return [];
    const scope = reason === 'unsubscribe' ? ('bulk' as const) : ('all' as const);
    return [{ address: normalized, scope, reason, provider: provider ?? null, detail: detail ?? null }];
  });
  if (rows.length > 0) await tx.insert(emailSuppressions).values(rows).onConflictDoNothing();
  announceStatus(tx, ...rows.map(({ address }) => address));
  return reports.length - rows.length;
}

/** Why an email to `address` must not be sent, or undefined. */
export async function suppressionOf(
  tx: Executor,
  address: string,
  mail: { bulk: boolean },
): Promise<Suppression['reason'] | undefined> {
  const normalized = parseAddress(address) ?? address;
  const [found] = await tx
    .select({ reason: emailSuppressions.reason })
    .from(emailSuppressions)
    .where(and(eq(emailSuppressions.address, normalized), mail.bulk ? undefined : eq(emailSuppressions.scope, 'all')))
    .orderBy(emailSuppressions.scope)
    .limit(1);
  return found?.reason;
}

/**
 * Lifts what a provider had reported itself, where it sends to an address again. An unsubscription stays, and so does what an operator or another
 * provider said.
 */
export async function reactivate(
  tx: Transaction,
  address: string,
  provider: NonNullable<Suppression['provider']>,
): Promise<void> {
  const normalized = parseAddress(address);
  if (!normalized) return;
  const { address: suppressed, provider: reporter } = emailSuppressions;
  await tx.delete(emailSuppressions).where(and(eq(suppressed, normalized), eq(reporter, provider)));
  announceStatus(tx, normalized);
}

/** A suppression as operators see it. */
export type SuppressionRow = Pick<Suppression, 'address' | 'scope' | 'reason' | 'provider' | 'detail' | 'createdAt'>;

/** Why an address gets no email, or no bulk email. */
export async function suppressionsOf(executor: Executor, address: string): Promise<SuppressionRow[]> {
  const normalized = parseAddress(address) ?? '';
  return executor.select().from(emailSuppressions).where(eq(emailSuppressions.address, normalized));
}

/** Lets `address` be emailed again. @returns whether it was suppressed */
export async function unsuppress(tx: Transaction, address: string): Promise<boolean> {
  const normalized = parseAddress(address) ?? '';
  const lifted = await tx
    .delete(emailSuppressions)
    .where(eq(emailSuppressions.address, normalized))
    .returning({ one: sql`1` });
  announceStatus(tx, normalized);
  return lifted.length > 0;
}
