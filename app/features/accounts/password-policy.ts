/**
 * Which passwords are accepted: OWASP ASVS 5.0 V6.2, NIST SP 800-63B-4 section 3.1.1. Length and guessability, no rules about kinds
 * of characters.
 */
import { type BreachCheckOptions, createBreachCheck } from './breached-passwords.ts';
import { accountErrors } from './errors.ts';

export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 128;

export type WeakPasswordReason =
  | 'too_short'
  | 'too_long'
  | 'too_common'
  | 'contains_email'
  | 'contains_product_name'
  | 'breached';

export interface PasswordPolicy {
  /**
   * @param password as `normalizePassword` returns it
   * @throws `weak_password` with `reasons`
   */
  check(password: string, email: string): Promise<void>;
}

export interface PasswordPolicyOptions extends BreachCheckOptions {
  productName: string;
}

export function createPasswordPolicy(options: PasswordPolicyOptions): PasswordPolicy {
  const isBreached = createBreachCheck(options);
  const product = simplify(options.productName);

  return {
    async check(password, email) {
      const reasons: WeakPasswordReason[] = [];
      const length = [...password].length;
      if (length < MIN_PASSWORD_LENGTH) reasons.push('too_short');
      if (length > MAX_PASSWORD_LENGTH) reasons.push('too_long');
      const simple = simplify(password);
      const [local = '', domain = ''] = email.split('@');
      if ([email, local, domain.split('.')[0]!].some((part) => part.length >= 4 && simple.includes(simplify(part)))) {
        reasons.push('contains_email');
      }
      if (product.length >= 4 && simple.includes(product)) reasons.push('contains_product_name');
      if (reasons.length === 0 && (await isCommon(password))) reasons.push('too_common');
      if (reasons.length === 0 && (await isBreached(password))) reasons.push('breached');
      if (reasons.length > 0)
        throw accountErrors.weak_password({ detail: `Reasons: ${reasons.join(', ')}.`, extensions: { reasons } });
    },
  };
}

/** One form for the many encodings of the same characters (NIST SP 800-63B-4 section 3.1.1.2). */
export function normalizePassword(password: string): string {
  return password.normalize('NFC');
}

function simplify(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

let common: Promise<Set<string>> | undefined;

/** The list is large, so it is loaded when the first password is chosen. */
async function isCommon(password: string): Promise<boolean> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'].filter((entry) => entry.length >= MIN_PASSWORD_LENGTH)),
  );
  const lower = password.toLowerCase();
  return new Set(lower).size < 4 || (await common).has(lower);
}
