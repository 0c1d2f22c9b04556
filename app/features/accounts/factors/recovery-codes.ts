/** Recovery codes: the way back for a person who has lost the other factors. Each works once (OWASP ASVS 5.0 V6.5.1). */
import { and, eq } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import { randomSecret, sha256 } from '../../../platform/security/random.ts';
import { recoveryCodes } from './schema.ts';

export interface RecoveryCodes {
  /** New codes, which are not stored and so are shown once. They void the older ones. */
  renew(tx: Transaction, userId: string): Promise<string[]>;
  /** Uses a code up: of any number of parallel uses one succeeds. @returns false for a code that is not one of theirs */
  use(tx: Transaction, userId: string, code: string): Promise<boolean>;
  /** Voids all of them. @returns how many there were */
  remove(tx: Transaction, userId: string): Promise<number>;
}

const COUNT = 10;
/** 120 random bits: above the 112 from which a plain hash is enough (OWASP ASVS 5.0 V6.5.2). */
const CODE_BYTES = 15;
/** Without the letters i, l, o and u, which are mistaken for digits and for each other (Crockford's base 32). */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export function createRecoveryCodes({ clock }: { clock: Clock }): RecoveryCodes {
  return {
    async renew(tx, userId) {
      await this.remove(tx, userId);
      const codes = Array.from({ length: COUNT }, generate);
      const createdAt = clock.now();
      await tx.insert(recoveryCodes).values(codes.map((code) => ({ userId, hash: hashOf(code), createdAt })));
      return codes;
    },

    async use(tx, userId, code) {
      const own = and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.hash, hashOf(code)));
      const { rowCount } = await tx.delete(recoveryCodes).where(own);
      return rowCount === 1;
    },

    async remove(tx, userId) {
      const { rowCount } = await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
      return rowCount ?? 0;
    },
  };
}

/** Six groups of four characters. */
function generate(): string {
  let bits = BigInt(`0x${randomSecret(CODE_BYTES).toString('hex')}`);
  let text = '';
  for (let index = 0; index < (CODE_BYTES * 8) / 5; index++, bits >>= 5n) text += ALPHABET[Number(bits & 31n)];
  return text.replace(/.{4}(?=.)/g, '$&-');
}

/** Written in capitals, without hyphens, or with a letter for the digit that it resembles, it is the same code. */
function hashOf(code: string): Buffer {
  const read = code.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1');
  return sha256(read);
}
