/** Reads a series of migrations from its folder: the SQL files, and the journal that gives their order. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Migrations that are applied in one order, and recorded in one table. The foundation has a series, and the product has one. */
export interface MigrationSeries {
  readonly name: string;
  /** An absolute path. Without a journal in it, the series is empty. */
  readonly folder: string;
  /** The table in the schema `drizzle` that records what has been applied. */
  readonly table: string;
}

export interface Migration {
  readonly series: MigrationSeries;
  /** Identifies the migration within its series: `0003_add_boards`. */
  readonly name: string;
  /** The path that messages show: `migrations/0003_add_boards.sql`. */
  readonly file: string;
  readonly statements: readonly string[];
  /** SHA-256 of the text with `\n` as line ends, in hexadecimal. */
  readonly hash: string;
  /** The same of the text with `\r\n`, which earlier releases recorded where Git had converted the line ends. */
  readonly hashWithCrLf: string;
  /** When it was generated, in milliseconds since 1970. */
  readonly when: number;
  /** True if the file says `-- no-transaction`. */
  readonly outsideTransaction: boolean;
  /** True if the file begins with a sentence that says why the migration exists. */
  readonly explained: boolean;
}

/** A series that cannot be applied, or a migration that failed. The message says which file, and what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

export interface JournalEntry {
  readonly idx: number;
  readonly when: number;
  readonly tag: string;
}

const RENUMBER = 'Run: npm run plinth -- migrations renumber';

/**
 * Returns the migrations of a series in their order.
 * @throws MigrationError if the journal does not rise, or if journal and files differ: a migration would be skipped
 */
export function readSeries(series: MigrationSeries): Migration[] {
  const journal = join(series.folder, 'meta/_journal.json');
  const names = existsSync(series.folder) ? sqlFiles(series.folder) : [];
  const entries = existsSync(journal) ? readJournal(journal) : [];
  requireRising(entries, shownPath(series.folder, 'meta/_journal.json'));
  const listed = new Set(entries.map(({ tag }) => tag));
  for (const name of names) {
    if (listed.has(name)) continue;
    throw new MigrationError(
      `${shownPath(series.folder, `${name}.sql`)} is not in the journal, so it would be skipped. ${RENUMBER}`,
    );
  }
  return entries.map((entry) => readMigration(series, entry));
}

/** @returns the names of the SQL files, sorted */
export function sqlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => basename(file, '.sql'))
    .sort();
}

function readJournal(path: string): JournalEntry[] {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { entries: JournalEntry[] }).entries;
  } catch (error) {
    const reason = (error as Error).message;
    throw new MigrationError(`The journal of migrations at ${path} cannot be read: ${reason}. ${RENUMBER}`);
  }
}

/** Numbers and times must rise: a release of another order would apply them in that order. */
function requireRising(entries: readonly JournalEntry[], journal: string): void {
  for (const [index, { idx, tag, when }] of entries.entries()) {
    const before = entries[index - 1];
    const number = Number(/^\d+/.exec(tag)?.[0]);
    if (idx === index && number === idx && (!before || when > before.when)) continue;
    const seen = `number ${number}, idx ${idx}, when ${when}${before ? ` after when ${before.when}` : ''}`;
    throw new MigrationError(`${journal} does not rise at ${tag} (${seen}). ${RENUMBER}`);
  }
}

function readMigration(series: MigrationSeries, { tag, when }: JournalEntry): Migration {
  const path = join(series.folder, `${tag}.sql`);
  const file = shownPath(series.folder, `${tag}.sql`);
  if (!existsSync(path)) throw new MigrationError(`${file} is in the journal, and the file is missing. ${RENUMBER}`);
  const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  return {
    ...{ series, name: tag, file, when },
    statements: text.split('--> statement-breakpoint').filter((statement) => !isEmpty(statement)),
    hash: sha256(text),
    hashWithCrLf: sha256(text.replaceAll('\n', '\r\n')),
    outsideTransaction: /^-- no-transaction\s*$/m.test(text),
    explained: /^(-- no-transaction\s*\n)?-- (?!no-transaction\s*\n)\S/.test(text),
  };
}

function isEmpty(statement: string): boolean {
  return statement.replace(/--.*$/gm, '').trim() === '';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The series' folder relative to the repository: `migrations`, or `app/product/migrations`. */
function shownPath(folder: string, file: string): string {
  return `${folder.replace(/^.*?(?=(app\/product\/)?migrations\/?$)/, '')}/${file}`;
}
