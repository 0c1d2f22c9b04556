/** Fills templates: files of `scripts/new/` whose names end with `.txt`. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of a template that may be left out. */
export type Part = 'limit' | 'email';

export interface Filling {
  /** The spellings of the feature's name, and what else the template names. An undefined value is not replaced. */
  values: Readonly<Record<string, string | undefined>>;
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
  const { kebab, kebabs, name } = filling.values;
  return new Map(
    wanted.map((file) => [
      file
        .replace('NAME', name!)
        .replace(/kebab(s?)/, (_, s) => (s ? kebabs : kebab)!)
        .replace(/\.txt$/, ''),
      fill(readFileSync(join(root, file), 'utf8'), filling),
    ]),
  );
}

/** @returns the text of one template that has no parts */
export function fillTemplate(file: string, values: Filling['values']): string {
  return fill(readFileSync(join(import.meta.dirname, file), 'utf8'), { values, parts: new Set() });
}

/** Replaces `$words$` and the other spellings, and drops the lines whose condition does not hold. */
function fill(text: string, { values, parts }: Filling): string {
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
