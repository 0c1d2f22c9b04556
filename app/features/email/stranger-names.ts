/** Decides how a chosen name looks in an email to a person who did not ask for emails from its owner. */
import { oneLine } from './text.ts';

/** Enough for a name, and too little for a message. */
const NAME_MAX = 60;
/** URLs, addresses, markup, and numbers that can be called. */
const HIDDEN = /:\/\/|www\.|[@<>]|(?:\d[\s().+-]*){9}/iu;
/** Characters that make an email program turn words into a link. */
const JOINT = /(?<=[\p{L}\p{N}])(?:\.(?=\p{L}{2})|[/\\])/gu;

/**
 * A name as an email to a stranger shows it: one line, short, nothing in it that a mail program makes a link of. A name with a dot between
 * words, such as `example.com`, loses the dot.
 * @returns null for a name that is not shown at all
 */
export function nameForStrangers(name: string | null): string | null {
  const shown = oneLine(name ?? '', NAME_MAX);
  // Full-width and ideographic dots are dots to a browser.
  const plain = shown.normalize('NFKC').replaceAll('。', '.');
  if (shown === '' || HIDDEN.test(plain)) return null;
  const parted = plain.replace(JOINT, ' ');
  return parted === plain ? shown : parted;
}

/** True if a name is shown to strangers as it stands. */
export function isPlainName(name: string): boolean {
  return nameForStrangers(name) === oneLine(name, NAME_MAX);
}
