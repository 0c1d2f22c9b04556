/**
 * Puts the migrations of a branch behind those of the branch that it is merged into. Two branches give their migrations the same number,
 * and Git then finds a conflict in the journal and in the snapshots: this writes all of them again.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type JournalEntry, MigrationError, type MigrationSeries, sqlFiles } from './series.ts';
import { NO_SNAPSHOT, type Snapshot, snapshotOfModels } from './snapshots.ts';

export interface RenumberOptions {
  series: MigrationSeries;
  /** Globs of the files that declare the tables of the series. */
  models: readonly string[];
  /** The branch whose migrations come first and keep their numbers. */
  onto: string;
}

export interface Renumbered {
  readonly from: string;
  readonly to: string;
}

/**
 * Renames the SQL files that `onto` does not have, and writes the journal and the snapshots.
 * @returns the renamed migrations; empty if each number was right already
 * @throws MigrationError if `onto` is not known, or if a migration of it is missing here
 */
export async function renumber({ series, models, onto }: RenumberOptions): Promise<Renumbered[]> {
  const { folder } = series;
  if (!existsSync(folder)) return [];
  const theirs = readFrom(onto, folder);
  const known = new Set(theirs.entries.map(({ tag }) => tag));
  const present = sqlFiles(folder);
  const missing = theirs.entries.find(({ tag }) => !present.includes(tag));
  if (missing) {
    throw new MigrationError(
      `${onto} has ${missing.tag}, and this branch does not. Merge ${onto} first (git merge ${onto}), then renumber.`,
    );
  }
  const own = present.filter((tag) => !known.has(tag));
  if (own.length === 0 && theirs.entries.length === 0) return [];
  const snapshots = own.map((tag) => readOwnSnapshot(folder, tag));
  const entries = entriesFor(own, theirs.entries, whensOf(folder));
  const moved = own.map((from, index) => ({ from, to: entries[index]!.tag })).filter(({ from, to }) => from !== to);
  rename(folder, moved);
  writeJournal(folder, theirs, entries);
  await writeSnapshots(folder, { theirs, entries, own: snapshots, models });
  return moved;
}

interface Upstream {
  entries: JournalEntry[];
  head: object;
  snapshots: Map<string, string>;
}

/** Reads the journal and the snapshots of another branch, without checking it out. */
function readFrom(onto: string, folder: string): Upstream {
  const path = relative(git('rev-parse', '--show-toplevel'), folder);
  git('rev-parse', '--verify', '--quiet', `${onto}^{commit}`);
  const files = git('ls-tree', '--name-only', onto, `${join(path, 'meta')}/`)
    .split('\n')
    .filter(Boolean);
  const journal = files.find((file) => file.endsWith('_journal.json'));
  if (!journal) return { entries: [], head: { version: '7', dialect: 'postgresql' }, snapshots: new Map() };
  const { entries, ...head } = JSON.parse(git('show', `${onto}:${journal}`)) as { entries: JournalEntry[] };
  const snapshots = files.filter((file) => file.endsWith('_snapshot.json'));
  return {
    ...{ entries, head },
    snapshots: new Map(snapshots.map((file) => [file.split('/').at(-1)!, `${git('show', `${onto}:${file}`)}\n`])),
  };
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
    }).trim();
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? '').trim();
    throw new MigrationError(
      `git ${args.join(' ')} failed${said ? `: ${said}` : ''}. Is the branch right? Pass --onto.`,
    );
  }
}

/** Times of generating, also from a journal with the marks of a conflict. */
function whensOf(folder: string): Map<string, number> {
  const text = readFileSync(join(folder, 'meta/_journal.json'), 'utf8');
  const found = text.matchAll(/"when":\s*(\d+),\s*"tag":\s*"([^"]+)"/g);
  return new Map([...found].map(([, when, tag]) => [tag!, Number(when)]));
}

function entriesFor(
  own: readonly string[],
  before: readonly JournalEntry[],
  whens: ReadonlyMap<string, number>,
): JournalEntry[] {
  let last = before.at(-1)?.when ?? 0;
  return own.map((tag, index) => {
    const idx = before.length + index;
    last = Math.max(last + 1, whens.get(tag) ?? 0);
    return { idx, version: '7', when: last, tag: `${padded(idx)}_${tag.replace(/^\d+_/, '')}`, breakpoints: true };
  });
}

function padded(number: number): string {
  return String(number).padStart(4, '0');
}

function readOwnSnapshot(folder: string, tag: string): Snapshot | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, `meta/${tag.slice(0, 4)}_snapshot.json`), 'utf8')) as Snapshot;
  } catch {
    return undefined; // missing, or with the marks of a conflict
  }
}

/** In two steps: a new name may be the old one of another. */
function rename(folder: string, moved: readonly Renumbered[]): void {
  for (const { from } of moved) renameSync(join(folder, `${from}.sql`), join(folder, `${from}.moving`));
  for (const { from, to } of moved) renameSync(join(folder, `${from}.moving`), join(folder, `${to}.sql`));
}

function writeJournal(folder: string, { entries, head }: Upstream, own: readonly JournalEntry[]): void {
  mkdirSync(join(folder, 'meta'), { recursive: true });
  writeFileSync(
    join(folder, 'meta/_journal.json'),
    `${JSON.stringify({ ...head, entries: [...entries, ...own] }, null, 2)}\n`,
  );
}

/** drizzle-kit compares the models with the last snapshot only, so that one is made from the models; those between keep what they have. */
async function writeSnapshots(
  folder: string,
  parts: {
    theirs: Upstream;
    entries: readonly JournalEntry[];
    own: readonly (Snapshot | undefined)[];
    models: readonly string[];
  },
): Promise<void> {
  const { theirs, entries, own, models } = parts;
  for (const [name, text] of theirs.snapshots) writeFileSync(join(folder, 'meta', name), text);
  const lastOfTheirs = [...theirs.snapshots.values()].at(-1);
  let before = lastOfTheirs ? (JSON.parse(lastOfTheirs) as Snapshot) : undefined;
  for (const [index, { idx }] of entries.entries()) {
    const prevId = before?.id ?? NO_SNAPSHOT;
    const snapshot: Snapshot =
      index === entries.length - 1
        ? await snapshotOfModels(models, prevId)
        : { ...(own[index] ?? before), id: randomUUID(), prevId };
    const file = join(folder, `meta/${padded(idx)}_snapshot.json`);
    writeFileSync(file, `${JSON.stringify(snapshot, null, 2)}\n`);
    before = snapshot;
  }
}
