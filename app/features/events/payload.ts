/** An event as others see it: in `GET …/events`, and in the body of a webhook. */
import { uuidFromBytes } from '../../platform/security/random.ts';
import type { EventRow } from './schema.ts';

/** @returns the id by which others know an event: `evt_` and 32 hexadecimal digits, in the order of time */
export function publicId(id: string): string {
  return `evt_${id.replaceAll('-', '')}`;
}

const PUBLIC_ID = /^evt_[0-9a-f]{32}$/;

/** @returns the id in the database, of one that `publicId` made; undefined for any other text */
export function storedId(text: string): string | undefined {
  return PUBLIC_ID.test(text) ? uuidFromBytes(Buffer.from(text.slice('evt_'.length), 'hex')) : undefined;
}

export interface EventPayload {
  id: string;
  type: string;
  /** RFC 3339, in UTC. */
  timestamp: string;
  organizationId: string;
  data: Record<string, unknown>;
}

export function presentEvent({ id, type, occurredAt, organizationId, data }: EventRow): EventPayload {
  return { id: publicId(id), type, timestamp: occurredAt.toISOString(), organizationId, data };
}
