/** What a name that somebody chose may look like in an email to a person who never asked to hear from them. */
import { oneLine } from './text.ts';

/** Enough for a name, and too little for a message. */
const NAME_MAX = 60;
/** URLs, addresses, markup, and numbers that can be called. */
const HIDDEN = /:\/\/|www\.|[@<>]|(?:\d[\s().+-]*){9}/iu;
/** What makes a mail program turn words into a link. */
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

/** Whether a name is shown to strangers as it stands. */
export function isPlainName(name: string): boolean {
  return nameForStrangers(name) === oneLine(name, NAME_MAX);
}
