/** Compares the migrations of a release with those that a database has. `migrate`, `doctor` and `/readyz` all decide by this. */
import { sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { driverError } from '../failures.ts';
import type { Migration, MigrationSeries } from './series.ts';

/** A row of the table of a series. Releases before 0.2 recorded no name. */
export interface AppliedRow {
  readonly id: number;
  readonly hash: string;
  /** The migration's `when`. */
  readonly createdAt: number;
  readonly name: string | undefined;
}

export interface Comparison {
  /** Not applied yet, in their order. */
  readonly pending: readonly Migration[];
  /** Applied with another text. */
  readonly changed: readonly Migration[];
  /** Rows that a name has to be written to, as they have none, or that of before a renumbering. */
  readonly unnamed: readonly { readonly id: number; readonly migration: Migration }[];
}

type Executor = Pick<Database, 'execute'>;

const UNDEFINED_TABLE = '42P01';

/**
 * Returns what a database has of a series: nothing if its table is missing.
 * The rows are read as JSON, so that a table without the column `name` is read too.
 */
export async function readApplied(db: Executor, { table }: MigrationSeries): Promise<AppliedRow[]> {
  try {
    const { rows } = await db.execute<{ row: { id: number; hash: string; created_at: number; name?: string | null } }>(
      sql`select to_jsonb(applied) as row from drizzle.${sql.identifier(table)} applied order by id`,
    );
    return rows.map(({ row }) => ({
      id: row.id,
      hash: row.hash,
      createdAt: Number(row.created_at),
      name: row.name ?? undefined,
    }));
  } catch (error) {
    if ((driverError(error) as { code?: string }).code === UNDEFINED_TABLE) return [];
    throw error;
  }
}

/**
 * Finds each migration's row: by its name, otherwise among the rows without a known name by its text (it was renumbered), otherwise among
 * those without a name by its time (its text changed). Rows that belong to no migration are fine: the next release may have migrated already.
 */
export function compare(migrations: readonly Migration[], rows: readonly AppliedRow[]): Comparison {
  const names = new Set(migrations.map(({ name }) => name));
  const byName = new Map(rows.flatMap((row) => (row.name && names.has(row.name) ? [[row.name, row] as const] : [])));
  const rest = new Set(rows.filter((row) => !row.name || !names.has(row.name)));
  const pending: Migration[] = [];
  const changed: Migration[] = [];
  const unnamed: { id: number; migration: Migration }[] = [];
  for (const migration of migrations) {
    const named = byName.get(migration.name);
    const row = named ?? takeRow(rest, migration);
    if (!row) pending.push(migration);
    else if (!hasText(row, migration)) changed.push(migration);
    else if (!named) unnamed.push({ id: row.id, migration });
  }
  return { pending, changed, unnamed };
}

function takeRow(rest: Set<AppliedRow>, migration: Migration): AppliedRow | undefined {
  const all = [...rest];
  const found =
    all.find((row) => hasText(row, migration)) ?? all.find((row) => !row.name && row.createdAt === migration.when);
  if (found) rest.delete(found);
  return found;
}

function hasText(row: AppliedRow, { hash, hashWithCrLf }: Migration): boolean {
  return row.hash === hash || row.hash === hashWithCrLf;
}
