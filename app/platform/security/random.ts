import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { v7 } from 'uuid';

/** Returns a new UUIDv7 (RFC 9562 section 5.7), which is sortable by creation time. */
export function newId(): string {
  return v7();
}

/** Returns `length` bytes from the operating system's random generator. */
export function randomSecret(length = 32): Buffer {
  return randomBytes(length);
}

/** Returns the SHA-256, 32 bytes. Only for secrets with full entropy; passwords are hashed in `password-hashing.ts`. */
export function sha256(...parts: (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Compares two secrets in constant time. Secrets of different lengths are unequal. */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

const HEX_AND_DASHES = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Returns the 16 bytes of a lower-case textual UUID. @throws RangeError for any other text */
export function uuidToBytes(id: string): Buffer {
  if (!HEX_AND_DASHES.test(id)) throw new RangeError('not a UUID');
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** Returns the textual UUID of 16 bytes. */
export function uuidFromBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
