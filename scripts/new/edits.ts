/** Changes of files that a person may have changed. Each finds its place by a line, or says what to write by hand. */
import { readFileSync, writeFileSync } from 'node:fs';
import { NameError } from './names.ts';

/**
 * Adds text after the first match of `place`.
 * @throws NameError with the text to write by hand, if nothing matches
 */
export function insertAfter(file: string, place: RegExp, text: string): void {
  edit(file, place, (found) => found + text, text);
}

/** Replaces the first match of `place`. @throws NameError as `insertAfter` does */
export function edit(file: string, place: RegExp, change: (found: string) => string, meant: string): void {
  const before = readFileSync(file, 'utf8');
  if (!place.test(before))
    throw new NameError(
      `${file} differs from what the generator writes, and everything is as before. Write there by hand:\n${meant}`,
    );
  writeFileSync(file, before.replace(place, change));
}

export const has = (file: string, text: string) => readFileSync(file, 'utf8').includes(text);

/** Adds an import beside the others, and one that has no names before them; the formatter sorts the rest. */
export function addImport(file: string, line: string): void {
  if (has(file, line)) return;
  if (line.startsWith("import '")) edit(file, /^import /m, (found) => `${line}\n${found}`, line);
  else insertAfter(file, /(?:^import [^;]*;\n)+/m, `${line}\n`);
}
