/**
 * The MACs of events and of heads, which an attacker who can write to the database cannot make. Their keys are derived from `APP_SECRET`.
 */
import { createHmac } from 'node:crypto';
import { equalSecrets, sha256 } from '../../platform/security/random.ts';
import type { Sealer } from '../../platform/security/sealing.ts';

const EVENTS = 'audit event';
const HEADS = 'audit head';

/** The end of a chain at some time. */
export interface Head {
  ownerId: string;
  sequence: number;
  hash: Buffer;
}

export interface AuditKeys {
  /**
   * The key of one event, 32 bytes. The event's MAC is the SHA-256 of this key and of the event's hash. So PostgreSQL, which alone knows the
   * hash, can make this one MAC and no other. Both inputs have a fixed length, so the MAC cannot be extended.
   */
  keyOf(payload: Uint8Array): Buffer;
  /** True if the event with this payload and hash has this MAC, by any secret of `APP_SECRET`. */
  matchesEvent(payload: Uint8Array, hash: Uint8Array, mac: Uint8Array): boolean;
  /** The MAC of a head, 32 bytes (HMAC-SHA256, RFC 2104). */
  macOfHead(head: Head): Buffer;
  /** True if the head has this MAC, by any secret of `APP_SECRET`. */
  matchesHead(head: Head, mac: Uint8Array): boolean;
}

export function createAuditKeys(sealer: Pick<Sealer, 'deriveKey' | 'deriveKeys'>): AuditKeys {
  return {
    keyOf: (payload) => hmac(sealer.deriveKey(EVENTS), payload),
    matchesEvent: (payload, hash, mac) =>
      sealer.deriveKeys(EVENTS).some((key) => equalSecrets(sha256(hmac(key, payload), hash), mac)),
    macOfHead: (head) => hmac(sealer.deriveKey(HEADS), formOf(head)),
    matchesHead: (head, mac) => sealer.deriveKeys(HEADS).some((key) => equalSecrets(hmac(key, formOf(head)), mac)),
  };
}

function formOf({ ownerId, sequence, hash }: Head): string {
  return JSON.stringify([ownerId, sequence, hash.toString('hex')]);
}

function hmac(key: Uint8Array, data: Uint8Array | string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
