/**
 * Sealing: secrets that must be stored in the database (signing keys, session secrets, contents of emails) are encrypted with keys derived
 * from `APP_SECRET`. To rotate, put a new secret first: the first secret seals, and all of them open.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { randomSecret, sha256 } from './random.ts';

export interface Sealer {
  /** Encrypts `plaintext`. `purpose` names the column: a value that was sealed for one purpose does not open for another. */
  seal(purpose: string, plaintext: Uint8Array | string): Buffer;
  /** Returns the plaintext. @throws Error if no current secret sealed it, if it was altered, or for another purpose */
  open(purpose: string, sealed: Uint8Array): Buffer;
  /** Returns a 32-byte key for `purpose` from the first secret, for MACs that need not survive a rotation. */
  deriveKey(purpose: string): Buffer;
  /** Returns a key per secret, in their order, to check a MAC that was made before a rotation. */
  deriveKeys(purpose: string): Buffer[];
}

const KEY_ID_LENGTH = 4;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Creates a sealer with AES-256-GCM and one HKDF-SHA256 key per purpose (NIST SP 800-38D; RFC 5869). The random 96-bit nonces are safe for
 * 2^32 sealed values per purpose and secret.
 * @param secrets `APP_SECRET`, split at commas; the first one seals
 */
export function createSealer(secrets: readonly string[]): Sealer {
  const rings = secrets.map((secret) => {
    const keys = new Map<string, Buffer>();
    const key = (purpose: string) => {
      let derived = keys.get(purpose);
      if (!derived) {
        derived = Buffer.from(hkdfSync('sha256', secret, 'plinth', purpose, 32));
        keys.set(purpose, derived);
      }
      return derived;
    };
    return { id: sha256('plinth key id', secret).subarray(0, KEY_ID_LENGTH), key };
  });
  const [first] = rings;
  if (!first) throw new Error('a sealer needs at least one secret');

  return {
    seal(purpose, plaintext) {
      const nonce = randomSecret(NONCE_LENGTH);
      const cipher = createCipheriv('aes-256-gcm', first.key(purpose), nonce);
      const body = Buffer.concat([
        typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext),
        cipher.final(),
      ]);
      return Buffer.concat([first.id, nonce, cipher.getAuthTag(), body]);
    },

    open(purpose, sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const ring = rings.find(({ id }) => id.equals(bytes.subarray(0, KEY_ID_LENGTH)));
      if (!ring) throw new Error(`sealed with an APP_SECRET that is no longer configured (${purpose})`);
      const nonceEnd = KEY_ID_LENGTH + NONCE_LENGTH;
      const decipher = createDecipheriv('aes-256-gcm', ring.key(purpose), bytes.subarray(KEY_ID_LENGTH, nonceEnd), {
        authTagLength: TAG_LENGTH,
      });
      decipher.setAuthTag(bytes.subarray(nonceEnd, nonceEnd + TAG_LENGTH));
      return Buffer.concat([decipher.update(bytes.subarray(nonceEnd + TAG_LENGTH)), decipher.final()]);
    },

    deriveKey: (purpose) => first.key(purpose),
    deriveKeys: (purpose) => rings.map(({ key }) => key(purpose)),
  };
}
