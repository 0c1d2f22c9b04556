/**
 * The audit trail: append-only, per owner (a user or an organization), written in the transaction of what it records. Each event
 * carries the hash of the one before it, and a MAC, so that a change, a removal or an insertion by other means shows. Signed heads of the chains
 * are logged, so that a chain that was cut at its end shows too.
 * Not here: who may read a trail; the features that own the owners say so.
 */
import { and, asc, eq, gt, inArray, lte, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Clock } from '../../platform/clock.ts';
import { readPages } from '../../platform/database/batches.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { prepare } from '../../platform/database/prepared.ts';
import type { TolerantReads } from '../../platform/database/replica.ts';
import { transact } from '../../platform/database/retry.ts';
import { defineFeature } from '../../platform/feature.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { JobHandler, JobSchedule } from '../../platform/jobs/jobs.ts';
import { newId, uuidToBytes } from '../../platform/security/random.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { AuditAction } from './actions.ts';
import { type AuditAddresses, createAuditAddresses } from './addresses.ts';
import { canonicalForm, type UnchainedEvent } from './canonical-form.ts';
import { type Comparison, createComparing } from './comparing.ts';
import { createHeadsLog, headsSchedule } from './heads.ts';
import { createAuditKeys } from './keys.ts';
import { type AuditReading, createAuditReading, createHistory } from './reading.ts';
import { type ActorType, type AuditEvent, auditAddresses, auditChains, auditEvents } from './schema.ts';
import { type ChainBreak, verifyChain } from './verifying.ts';

export { type AuditAction, defineAuditActions } from './actions.ts';
export { trailRoutes } from './routes.ts';

export interface AuditEntry {
  ownerId: string;
  action: AuditAction;
  actor: { type: ActorType; id?: string };
  target?: { type: string; id: string };
  origin?: RequestOrigin;
  /** When it happened, if not now. */
  occurredAt?: Date;
  details?: Record<string, unknown>;
}

export interface Audit extends AuditAddresses {
  readonly reading: AuditReading;
  /** Appends an event to its owner's chain, in the transaction of what it records. */
  append(tx: Transaction, entry: AuditEntry): Promise<void>;
  /** The events of an owner up to now, oldest first, in batches. What is appended meanwhile is not among them. */
  history(ownerId: string): AsyncGenerator<AuditEvent[]>;
  /**
   * Removes the events of an owner who is being purged, the newest first, each batch in a transaction of its own. The chain is whole after
   * each, so that a purge may stop at any time, and be taken up again.
   */
  shorten(ownerId: string): Promise<void>;
  /** Removes what there is of a trail with the owner, in the same transaction. A long trail is to be shortened before. */
  forget(tx: Transaction, ownerId: string): Promise<void>;
  /** Checks a chain from its first event. @returns the first break, or null when every event is as it was written */
  verify(ownerId: string): Promise<ChainBreak | null>;
  /** Adds a table whose rows each have a trail from their first day on. */
  expect(owners: ExpectedOwners): void;
  /** Expected owners whose whole trail is gone, in batches. */
  unchained(): AsyncGenerator<string[]>;
  /** Every owner that has a chain, or events without one, in batches. */
  owners(): AsyncGenerator<string[]>;
  /** Compares lines of the log with what is stored: each event that a signed head names must be there, with the same hash. */
  compare(lines: AsyncIterable<string>): Promise<Comparison>;
  readonly handlers: readonly JobHandler[];
  readonly schedules: readonly JobSchedule[];
}

export interface ExpectedOwners {
  readonly from: PgTable;
  readonly id: PgColumn;
  /** The rows that are not about to be purged. */
  readonly living: SQL;
}

const { placeholder } = sql;
/** Moves the head of a chain on. Its row lock puts concurrent events in order. */
const advance = prepare(
  'audit_advance',
  sql`
    insert into ${auditChains} as chain (owner_id, sequence, hash)
    values (${placeholder('ownerId')}, 1, sha256(${placeholder('start')}::bytea || ${placeholder('payload')}::bytea))
    on conflict (owner_id) do update
      set sequence = chain.sequence + 1, hash = sha256(chain.hash || ${placeholder('payload')}::bytea)`,
);
/** Stores the event that the head is about, in the same transaction. */
const insert = prepare(
  'audit_append',
  sql`
    insert into ${auditEvents} (owner_id, sequence, id, occurred_at, actor_type, actor_id, action, target_type, target_id, request_id,
      ip_address, user_agent, details, hash, mac)
    select owner_id, sequence, ${placeholder('id')}, ${placeholder('occurredAt')}, ${placeholder('actorType')},
      ${placeholder('actorId')}, ${placeholder('action')}, ${placeholder('targetType')}, ${placeholder('targetId')},
      ${placeholder('requestId')}, ${placeholder('ipAddress')}, ${placeholder('userAgent')}, ${placeholder('details')}, hash,
      sha256(${placeholder('key')}::bytea || hash)
    from ${auditChains} where owner_id = ${placeholder('ownerId')}`,
);
const NOBODY = '00000000-0000-0000-0000-000000000000';
/** Events per transaction: some 10 ms, for which only the trail of the owner who goes is locked. */
const REMOVAL_BATCH = 1_000;
const SNAPSHOT = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

export interface AuditOptions {
  db: Database;
  /** For those who read a trail. */
  reads: TolerantReads;
  clock: Clock;
  sealer: Pick<Sealer, 'deriveKey' | 'deriveKeys'>;
  logger: Logger;
}

export function createAudit({ db, reads, clock, sealer, logger }: AuditOptions): Audit {
  const expected: ExpectedOwners[] = [];
  const keys = createAuditKeys(sealer);

  /** One statement sees an owner and its chain, or neither. */
  const unchainedOf = ({ from, id, living }: ExpectedOwners) =>
    readPages<string>(async (limit, last = NOBODY) => {
      const chain = sql`select from ${auditChains} where ${auditChains.ownerId} = ${id} and ${auditChains.sequence} > 0`;
      const rows = await db
        .select({ ownerId: id })
        .from(from)
        .where(and(living, gt(id, last), sql`not exists (${chain})`))
        .orderBy(asc(id))
        .limit(limit);
      return rows.map(({ ownerId }) => ownerId as string);
    });

  const living = async (ownerIds: string[]) => {
    const found = await Promise.all(
      expected.map((owners) =>
        db
          .select({ ownerId: owners.id })
          .from(owners.from)
          .where(and(owners.living, inArray(owners.id, ownerIds))),
      ),
    );
    return new Set(found.flat().map(({ ownerId }) => ownerId as string));
  };

  return {
    ...createAuditAddresses(db),
    compare: createComparing({ db, keys, living }),
    handlers: [createHeadsLog({ db, keys, logger })],
    schedules: [headsSchedule],
    expect: (owners) => void expected.push(owners),

    async *unchained() {
      for (const owners of expected) yield* unchainedOf(owners);
    },

    reading: createAuditReading(reads),

    async append(tx, entry) {
      const event = toEvent(entry, clock.now());
      const payload = canonicalForm(event);
      const { ownerId } = event;
      // Sent together, and run one after the other: as one statement, a sharded PostgreSQL would copy the event through another node.
      await Promise.all([
        advance(tx, { ownerId, payload, start: uuidToBytes(ownerId) }),
        insert(tx, { ...event, key: keys.keyOf(payload), details: JSON.stringify(event.details) }),
      ]);
    },

    history: createHistory(db),

    async shorten(ownerId) {
      while (await transact(db, (tx) => removeNewest(tx, ownerId, REMOVAL_BATCH)));
    },

    async forget(tx, ownerId) {
      await tx.delete(auditEvents).where(eq(auditEvents.ownerId, ownerId));
      await tx.delete(auditChains).where(eq(auditChains.ownerId, ownerId));
      await tx.delete(auditAddresses).where(eq(auditAddresses.ownerId, ownerId));
    },

    // One snapshot: events that are appended meanwhile would look like a broken end.
    verify: (ownerId) => db.transaction((tx) => verifyChain(tx, keys, ownerId), SNAPSHOT),

    // The owners of events are included, so that a chain whose head was removed is checked too.
    owners: () =>
      readPages(async (limit, last = NOBODY) => {
        const of = (table: typeof auditChains | typeof auditEvents) =>
          db
            .selectDistinct({ ownerId: table.ownerId })
            .from(table)
            .where(gt(table.ownerId, last))
            .orderBy(asc(table.ownerId))
            .limit(limit);
        const rows = await of(auditChains).union(of(auditEvents)).orderBy(asc(auditChains.ownerId)).limit(limit);
        return rows.map(({ ownerId }) => ownerId);
      }),
  };
}

/** Ends a chain `count` events earlier. @returns whether events are left */
async function removeNewest(tx: Transaction, ownerId: string, count: number): Promise<boolean> {
  const own = eq(auditChains.ownerId, ownerId);
  const [head] = await tx.select().from(auditChains).where(own).for('update');
  if (!head || head.sequence === 0) return false;
  const end = Math.max(head.sequence - count, 0);
  const of = eq(auditEvents.ownerId, ownerId);
  // Between two numbers, and not just above one: the entries of the batches before would be read again.
  await tx.delete(auditEvents).where(and(of, gt(auditEvents.sequence, end), lte(auditEvents.sequence, head.sequence)));
  const [last] = await tx
    .select({ hash: auditEvents.hash })
    .from(auditEvents)
    .where(and(of, eq(auditEvents.sequence, end)));
  const hash = last?.hash ?? uuidToBytes(ownerId);
  await tx.update(auditChains).set({ sequence: end, hash }).where(own);
  return end > 0;
}

function toEvent(entry: AuditEntry, now: Date): UnchainedEvent {
  return {
    ownerId: entry.ownerId,
    id: newId(),
    occurredAt: entry.occurredAt ?? now,
    actorType: entry.actor.type,
    actorId: entry.actor.id ?? null,
    action: entry.action,
    targetType: entry.target?.type ?? null,
    targetId: entry.target?.id ?? null,
    requestId: entry.origin?.requestId ?? null,
    ipAddress: entry.origin?.ipAddress ?? null,
    userAgent: entry.origin?.userAgent ?? null,
    // The chain covers it with the rest.
    details: { ...entry.details, ...(entry.origin?.actorId && { act: { sub: entry.origin.actorId } }) },
  };
}

export const audit = defineFeature({
  needs: [],
  create: createAudit,
  commands: () => import('./commands.ts'),
});
