/** Comments on tables and columns: the doc comments of the models are the one place where they are written. */
import { globSync, readFileSync } from 'node:fs';
import { models } from '../../app/models.ts';

export type SeriesName = keyof typeof models;

/** Where drizzle-kit finds the tables of a series, and where it writes migrations. */
export const SERIES: Readonly<Record<SeriesName, { config: string; folder: string }>> = {
  foundation: { config: 'drizzle.config.ts', folder: 'migrations' },
  product: { config: 'drizzle.product.config.ts', folder: 'app/product/migrations' },
};

const TABLE =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const \w+ = pgTable\(\s*'(\w+)'([\s\S]*?)(?=\nexport |\n\/\*\*|$(?![\s\S]))/g;
const COLUMN = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*\w+: \w+\('(\w+)'/g;
const COMMENT = /^comment on (?:table|column) (\S+) is '((?:[^']|'')*)'/gim;

/** @returns for each comment that the migrations of a series do not have yet: what it is on, and the statement that writes it */
export function missingComments(series: SeriesName): { object: string; statement: string }[] {
  const written = commentsOfMigrations(SERIES[series].folder);
  return [...commentsOfModels(models[series])]
    .filter(([object, text]) => written.get(object) !== text)
    .map(([object, text]) => {
      const kind = object.includes('.') ? 'column' : 'table';
      return { object, statement: `comment on ${kind} ${object} is '${text.replaceAll("'", "''")}';` };
    });
}

/** Table, or table and column -> comment. */
function commentsOfModels(files: readonly string[]): Map<string, string> {
  const wanted = new Map<string, string>();
  for (const file of globSync([...files]).sort()) {
    for (const [, about, table, body] of readFileSync(file, 'utf8').matchAll(TABLE)) {
      wanted.set(`"${table}"`, plain(about!));
      for (const [, text, column] of body!.matchAll(COLUMN)) wanted.set(`"${table}"."${column}"`, plain(text!));
    }
  }
  return wanted;
}

function commentsOfMigrations(folder: string): Map<string, string> {
  const written = new Map<string, string>();
  for (const file of globSync(`${folder}/*.sql`).sort())
    for (const [, object, text] of readFileSync(file, 'utf8').matchAll(COMMENT))
      written.set(object!, text!.replaceAll("''", "'"));
  return written;
}

function plain(comment: string): string {
  return comment
    .replace(/\s*\n\s*\*?\s*/g, ' ')
    .trim()
    .replace(/^\*\s*/, '');
}
