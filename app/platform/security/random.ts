import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { v7 } from 'uuid';

/** A new UUIDv7 (RFC 9562 section 5.7): sortable by creation time. */
export function newId(): string {
  return v7();
}

/** `length` bytes from the operating system's generator. */
export function randomSecret(length = 32): Buffer {
  return randomBytes(length);
}

/** SHA-256, 32 bytes. For secrets of full entropy only; passwords go through `password-hashing.ts`. */
export function sha256(...parts: (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Compares two secrets in a time that does not depend on where they differ. Different lengths are unequal. */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

const HEX_AND_DASHES = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The 16 bytes of a lower-case textual UUID. @throws RangeError on any other text */
export function uuidToBytes(id: string): Buffer {
  if (!HEX_AND_DASHES.test(id)) throw new RangeError('not a UUID');
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** The textual UUID of 16 bytes. */
export function uuidFromBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
