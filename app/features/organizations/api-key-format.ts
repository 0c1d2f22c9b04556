/**
 * Keys as text: a prefix (`plk_` for API keys) and, in base62, organization id, key id, 32 random bytes and a CRC-32 of it all. The prefix lets secret
 * scanners recognise a leaked key, the checksum lets anyone tell a damaged one without asking us.
 */
import { crc32 } from 'node:zlib';
import { randomSecret, sha256, uuidFromBytes, uuidToBytes } from '../../platform/security/random.ts';

const API_KEY = 'plk_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Character code -> value, for the characters of the alphabet. */
const VALUES = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, ALPHABET.indexOf(String.fromCharCode(code))));
const BYTES = 16 + 16 + 32 + 4;
/** ceil(68 bytes * 8 / log2(62)) */
const DIGITS = 92;
/** A divisor of DIGITS; 62 to its power is a safe integer. */
const CHUNK_DIGITS = 4;
const CHUNK = 62n ** BigInt(CHUNK_DIGITS);
const KEY = new RegExp(`^[0-9A-Za-z]{${DIGITS}}$`);

/** A new key: to be shown once, and stored as `hashOfKey`. @param prefix of its kind */
export function makeKey(organizationId: string, keyId: string, prefix = API_KEY): string {
  const body = Buffer.concat([uuidToBytes(organizationId), uuidToBytes(keyId), randomSecret(32)]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return prefix + toBase62(Buffer.concat([body, checksum]));
}

/** True if a bearer token means to be an API key. */
export function looksLikeKey(token: string): boolean {
  return token.startsWith(API_KEY);
}

/** Where to look a key up. @returns null when it is truncated or its checksum does not fit */
export function parseKey(text: string, prefix = API_KEY): { organizationId: string; keyId: string } | null {
  const digits = text.slice(prefix.length);
  if (!text.startsWith(prefix) || !KEY.test(digits)) return null;
  const bytes = fromBase62(digits);
  if (!bytes || crc32(bytes.subarray(0, -4)) !== bytes.readUInt32BE(BYTES - 4)) return null;
  return { organizationId: uuidFromBytes(bytes.subarray(0, 16)), keyId: uuidFromBytes(bytes.subarray(16, 32)) };
}

/** The hash of a key, which is stored. The key has 256 random bits, so it needs no slow hash. */
export function hashOfKey(text: string): Buffer {
  return sha256(text);
}

/** The part of a key by which people recognise it. */
export function hintOfKey(text: string): string {
  return `${text.slice(0, API_KEY.length)}…${text.slice(-4)}`;
}

function toBase62(bytes: Buffer): string {
  let number = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let digit = 0; digit < DIGITS; digit++) {
    text = ALPHABET[Number(number % 62n)] + text;
    number /= 62n;
  }
  return text;
}

function fromBase62(text: string): Buffer | null {
  let number = 0n;
  // A few digits at a time fit a plain number, which is many times faster; this runs for each request by key.
  for (let start = 0; start < DIGITS; start += CHUNK_DIGITS) {
    let chunk = 0;
    for (let at = start; at < start + CHUNK_DIGITS; at++) chunk = chunk * 62 + VALUES[text.charCodeAt(at)]!;
    number = number * CHUNK + BigInt(chunk);
  }
  const hex = number.toString(16).padStart(BYTES * 2, '0');
  return hex.length === BYTES * 2 ? Buffer.from(hex, 'hex') : null;
}
