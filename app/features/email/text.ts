// Control characters and line breaks could forge lines or headers, bidirectional overrides could disguise what is read.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** One line of printable text, at most `max` characters (code points), cut with an ellipsis. */
export function oneLine(value: string, max: number): string {
  const characters = [...value.toWellFormed().replace(UNPRINTABLE, ' ').replace(/\s+/gu, ' ').trim()];
  return characters.length <= max
    ? characters.join('')
    : `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`;
}
