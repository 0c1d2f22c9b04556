/**
 * The last line before text of errors leaves the process: what looks like an address, a card number or a credential is taken out. The
 * first line is not to write such things into errors at all.
 */
const ADDRESS = /[^\s"'<>(),;:=[\]{}/@]{1,64}@[^\s"'<>(),;:=[\]{}/@]{1,255}\.[A-Za-z]{2,}/g;
/** JWTs, our API keys, Stripe's keys and secrets, and whatever else is as long as a credential and as random: our tokens have 43 characters and more. */
const CREDENTIAL =
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bplk_\w+|\b(?:sk|rk|pk)_(?:live|test)_\w+|\bwhsec_[\w+/=]+|\bBearer\s+\S+|(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{40,}/g;
/** What is named as a secret: `"password":"…"`, `token='…'`, `secret=…`, also where quotes are escaped in a text within a text. */
const NAMED =
  /((?:passw(?:or)?d|secret|token|authorization|cookie|api[_-]?key)\w{0,20}\\?["']?\s{0,3}[:=]\s{0,3})(?:\\?"[^"\\]{0,500}\\?"|'[^']{0,500}'|(?<==\s{0,3})[^\s&;,)}'"]{1,500})/gi;
/** A password in a URL. */
const URL_PASSWORD = /\b([a-z]{1,20}:\/\/[^\s:/@]{0,100}):[^\s@]{1,200}@/g;
const CARD = /(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)/g;

/** What is longer ends here: nobody reads it, and looking through it takes time. */
const MAX_LENGTH = 20_000;

/** @returns `text` with `[address]`, `[credential]` and `[card]` in their place */
export function scrub(text: string): string {
  return text
    .slice(0, MAX_LENGTH)
    .replace(URL_PASSWORD, '$1:[credential]@')
    .replace(NAMED, '$1[credential]')
    .replace(CREDENTIAL, '[credential]')
    .replace(ADDRESS, '[address]')
    .replace(CARD, (digits) => (passesLuhn(digits.replace(/\D/g, '')) ? '[card]' : digits));
}

/** The check digit of card numbers (ISO/IEC 7812-1 annex B): ids and times that are as long seldom pass. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
