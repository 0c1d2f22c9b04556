/** A name that the product cannot have. The message says why. */
export class NameRefused extends Error {
  override readonly name = 'NameRefused';
}

/** As in `terraform/modules/platform`. */
const MAX_CHARACTERS = 60;
/** Controls, line ends and direction marks; not the joiners of scripts and emoji. */
const INVISIBLE = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * @param given as a person typed it
 * @returns the name, without spaces around it
 * @throws NameRefused if it is empty, too long, or has a character that an email, a label or an authenticator app cannot show
 */
export function checkName(given: string): string {
  const name = given.trim().normalize('NFC');
  if (!/[\p{L}\p{N}]/u.test(name)) throw new NameRefused('The name is empty: it needs at least one letter or digit.');
  if (INVISIBLE.test(name))
    throw new NameRefused('The name has a control character, a line end or another invisible one.');
  if (name.includes(':'))
    throw new NameRefused('The name has a colon. The URI that sets up an authenticator app ends the name at a colon.');
  const length = [...new Intl.Segmenter().segment(name)].length;
  if (length > MAX_CHARACTERS)
    throw new NameRefused(`The name has ${length} characters. Emails and Terraform take at most ${MAX_CHARACTERS}.`);
  return name;
}
