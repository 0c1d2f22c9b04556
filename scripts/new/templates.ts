/** Fills templates: files of `scripts/new/` whose names end with `.txt`. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Names } from './names.ts';

/** The parts of a template that may be left out. */
export type Part = 'limit' | 'email';

export interface Filling {
  names: Names;
  /** The name of the limit on a count, if there is one. */
  limit: string | undefined;
  parts: ReadonlySet<Part>;
}

/** A file is left out with the part that it belongs to. */
const PART_OF: Record<string, Part> = {
  'emails.ts.txt': 'email',
  'emails/en.ts.txt': 'email',
  'emails/de.ts.txt': 'email',
};
/** ` //+limit-email` at the end of a line: only with a limit and without an email. */
const CONDITION = / \/\/((?:[+-](?:limit|email))+)$/;

/** @returns the files of a template folder: their paths below the feature's folder, and their texts */
export function fillTemplates(folder: string, filling: Filling): Map<string, string> {
  const root = join(import.meta.dirname, folder);
  const files = globSync('**/*.txt', { cwd: root }).sort();
  const wanted = files.filter((file) => !PART_OF[file] || filling.parts.has(PART_OF[file]));
  return new Map(
    wanted.map((file) => [
      file
        .replace('kebab', '$kebab')
        .replace(/\$kebab(s?)/, (_, s) => (s ? filling.names.kebabs : filling.names.kebab))
        .replace(/\.txt$/, ''),
      fill(readFileSync(join(root, file), 'utf8'), filling),
    ]),
  );
}

/** Replaces `$words$` and the other spellings, and drops the lines whose condition does not hold. */
function fill(text: string, { names, limit, parts }: Filling): string {
  const values: Record<string, string | undefined> = { ...names, limit };
  return text
    .split('\n')
    .flatMap((line) => {
      const [marker, condition] = CONDITION.exec(line) ?? [];
      if (marker === undefined) return [line];
      const holds = [...condition!.matchAll(/([+-])(\w+)/g)].every(
        ([, sign, part]) => parts.has(part as Part) === (sign === '+'),
      );
      return holds ? [line.slice(0, -marker.length)] : [];
    })
    .join('\n')
    .replaceAll(/\$([A-Za-z]+)\$/g, (token, name: string) => values[name] ?? token);
}
