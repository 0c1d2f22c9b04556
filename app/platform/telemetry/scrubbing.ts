/**
 * A last safeguard before the text of an error leaves the process: it removes text that looks like an address, a card number or a
 * credential. The first safeguard is not to write such values into errors.
 */
const ADDRESS = /[^\s"'<>(),;:=[\]{}/@]{1,64}@[^\s"'<>(),;:=[\]{}/@]{1,255}\.[A-Za-z]{2,}/g;
/** Matches JWTs, our API keys, Stripe's keys and secrets, and other texts that are as long and random as a credential. Our tokens have at least 43 characters. */
const CREDENTIAL =
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bplk_\w+|\b(?:sk|rk|pk)_(?:live|test)_\w+|\bwhsec_[\w+/=]+|\bBearer\s+\S+|(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{40,}/g;
/** Matches values with the name of a secret: `"password":"…"`, `token='…'`, `secret=…`, also with escaped quotes. */
const NAMED =
  /((?:passw(?:or)?d|secret|token|authorization|cookie|api[_-]?key)\w{0,20}\\?["']?\s{0,3}[:=]\s{0,3})(?:\\?"[^"\\]{0,500}\\?"|'[^']{0,500}'|(?<==\s{0,3})[^\s&;,)}'"]{1,500})/gi;
/** Matches a password in a URL. */
const URL_PASSWORD = /\b([a-z]{1,20}:\/\/[^\s:/@]{0,100}):[^\s@]{1,200}@/g;
const CARD = /(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)/g;

/** Longer text is cut off: nobody reads it, and scanning it takes time. */
const MAX_LENGTH = 20_000;

/** @returns `text` with `[address]`, `[credential]` and `[card]` in place of such values */
export function scrub(text: string): string {
  return text
    .slice(0, MAX_LENGTH)
    .replace(URL_PASSWORD, '$1:[credential]@')
    .replace(NAMED, '$1[credential]')
    .replace(CREDENTIAL, '[credential]')
    .replace(ADDRESS, '[address]')
    .replace(CARD, (digits) => (passesLuhn(digits.replace(/\D/g, '')) ? '[card]' : digits));
}

/** Checks the check digit of card numbers (ISO/IEC 7812-1 annex B). Ids and times of the same length seldom pass. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
