/** Checking a chain: that each event is the one that was written, in its place, and that none is missing before the head. */
import { and, asc, eq, gt } from 'drizzle-orm';
import { HOUR_MS } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { sha256, uuidToBytes } from '../../platform/security/random.ts';
import { canonicalForm } from './canonical-form.ts';
import type { AuditKeys } from './keys.ts';
import { type AuditEvent, auditChains, auditEvents, auditKeying } from './schema.ts';

export interface ChainBreak {
  sequence: number;
  /** `unkeyed`: it has no MAC, and was written when every event got one. */
  reason: 'altered' | 'unkeyed' | 'inserted' | 'missing';
}

const VERIFY_BATCH = 1_000;
/** Processes of the release before MACs may write for a day after the migration. The rest is for clocks that differ. */
const MAX_TRANSITION_MS = 26 * HOUR_MS;

/** @returns the first break, or null when every event is as it was written */
export async function verifyChain(tx: Transaction, keys: AuditKeys, ownerId: string): Promise<ChainBreak | null> {
  const [head] = await tx.select().from(auditChains).where(eq(auditChains.ownerId, ownerId));
  const faultOf = await createExamination(tx, keys, ownerId);
  let sequence = 0;
  let hash: Uint8Array = uuidToBytes(ownerId);
  for (;;) {
    const batch = await tx
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.ownerId, ownerId), gt(auditEvents.sequence, sequence)))
      .orderBy(asc(auditEvents.sequence))
      .limit(VERIFY_BATCH);
    for (const event of batch) {
      if (event.sequence !== sequence + 1) return { sequence: sequence + 1, reason: 'missing' };
      const reason = faultOf(event, hash);
      if (reason) return { sequence: event.sequence, reason };
      ({ sequence, hash } = event);
    }
    if (batch.length < VERIFY_BATCH) break;
  }
  const length = head?.sequence ?? 0;
  if (sequence > length) return { sequence: length + 1, reason: 'inserted' };
  const complete = head ? sequence === length && head.hash.equals(hash) : true;
  return complete ? null : { sequence: sequence + 1, reason: 'missing' };
}

/**
 * Examines the events of one chain in their order. An event without a MAC passes only in the part of the chain that an earlier release may
 * have written. A later start of keying (`audit_keying.since`) does not widen this part: events with a MAC from before then are refused.
 * Without that row, every event needs a MAC.
 */
async function createExamination(tx: Transaction, keys: AuditKeys, ownerId: string) {
  const [keying] = await tx.select().from(auditKeying);
  const since = keying?.since.getTime() ?? 0;
  const until = Math.min(keying?.until.getTime() ?? 0, since + MAX_TRANSITION_MS);
  let allKeyed = timeOf(ownerId) >= until;

  return (event: AuditEvent, previous: Uint8Array): 'altered' | 'unkeyed' | null => {
    const payload = canonicalForm(event);
    if (!sha256(previous, payload).equals(event.hash)) return 'altered';
    allKeyed ||= timeOf(event.id) >= until;
    if (event.mac === null) return allKeyed ? 'unkeyed' : null;
    const genuine = timeOf(event.id) >= since && keys.matchesEvent(payload, event.hash, event.mac);
    return genuine ? null : 'altered';
  };
}

/** The Unix milliseconds in a UUIDv7 (RFC 9562 section 5.7). */
function timeOf(id: string): number {
  return uuidToBytes(id).readUIntBE(0, 6);
}
