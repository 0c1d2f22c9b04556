/** Writes the name of the product into the two files that have it. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NameRefused } from './name.ts';

export const BRAND = 'app/product/brand.ts';
export const PRODUCT_JSON = 'app/product/product.json';

const NAME_LINE = /^( {2}name: )('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"),$/gm;

/** @returns the content of `app/product/product.json` */
export const productJson = (name: string) => `${JSON.stringify({ name }, null, 2)}\n`;

/**
 * Writes nothing if both files have the name already, and both or none otherwise.
 * @param root a checkout; it need not be one of Git
 * @returns the files that changed
 * @throws NameRefused if `brand.ts` has no line, or several, that can be the name's
 */
export function writeName(root: string, name: string): string[] {
  const wanted = new Map([
    [BRAND, brandWith(readFileSync(join(root, BRAND), 'utf8'), name)],
    [PRODUCT_JSON, productJson(name)],
  ]);
  const changed = [...wanted].filter(([file, text]) => read(join(root, file)) !== text);
  const temporary = (file: string) => join(root, `${file}.new`);
  try {
    for (const [file, text] of changed) writeFileSync(temporary(file), text);
    for (const [file] of changed) renameSync(temporary(file), join(root, file));
  } finally {
    for (const [file] of changed) rmSync(temporary(file), { force: true });
  }
  return changed.map(([file]) => file);
}

const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

function brandWith(text: string, name: string): string {
  const found = [...text.matchAll(NAME_LINE)];
  if (found.length !== 1)
    throw new NameRefused(
      `${BRAND} has ${found.length} lines like "  name: 'Plinth',". Write the name there by hand, then: npm run generate`,
    );
  // A function: in a text, `$&` would have a meaning.
  return text.replace(NAME_LINE, (_line, head: string) => `${head}${literal(name)},`);
}

/** As the formatter writes it. */
function literal(name: string): string {
  const quote = name.includes("'") && !name.includes('"') ? '"' : "'";
  return quote + name.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote;
}
