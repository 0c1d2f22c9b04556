import type { AuditEvent } from './schema.ts';

/** An event before it has a place in a chain. */
export type UnchainedEvent = Omit<AuditEvent, 'sequence' | 'hash' | 'mac'>;

/** The bytes that are hashed: a JSON array of the fields in a fixed order, members of `details` sorted by name. */
export function canonicalForm(event: UnchainedEvent): Buffer {
  const fields = [
    event.id,
    event.ownerId,
    event.occurredAt.toISOString(),
    event.actorType,
    event.actorId,
    event.action,
    event.targetType,
    event.targetId,
    event.requestId,
    event.ipAddress,
    event.userAgent,
    event.details,
  ];
  return Buffer.from(JSON.stringify(fields, sortMembers));
}

function sortMembers(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
