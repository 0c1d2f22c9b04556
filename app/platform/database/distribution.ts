/**
 * Where the rows of each table are on a sharded PostgreSQL (Citus). It follows from the models: the rows of a table go by the first column of
 * its primary key, which is the owner, or the name that is taken. Tables that stay on the coordinator are declared beside their models.
 */
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';

const local = new Map<string, string>();

/** Declares that a table stays on the coordinator. `why` completes the sentence "It stays there because …". */
export function keepOnCoordinator(table: PgTable, why: string): void {
  local.set(getTableName(table), why);
}

export interface ForeignKey {
  readonly name: string;
  /** The table that it refers to. */
  readonly to: string;
  /** Pairs of columns, its own and the other table's. */
  readonly columns: readonly (readonly [string, string])[];
}

export interface PlacedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** The column that decides where a row is; null for a table on the coordinator. */
  readonly by: string | null;
  /** The SQL type of that column. Tables of one type have the rows of one value on one node. */
  readonly type: string | null;
  /** Why the table stays on the coordinator. */
  readonly why?: string;
  /** The columns of the primary key and of each unique index. */
  readonly unique: readonly (readonly string[])[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** @returns the tables that modules of models export, in the order of their names */
export function placeTables(modules: readonly object[]): PlacedTable[] {
  const tables = new Set(modules.flatMap((module) => Object.values(module)).filter((value) => is(value, PgTable)));
  return [...tables].map((table) => place(table as PgTable)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function place(table: PgTable): PlacedTable {
  const { name, columns, primaryKeys, indexes, uniqueConstraints, foreignKeys } = getTableConfig(table);
  const names = (some: readonly object[]) => some.map((column) => ('name' in column ? String(column.name) : ''));
  const primary = names(primaryKeys[0]?.columns ?? columns.filter((column) => column.primary));
  const why = local.get(name) ?? (primary.length === 0 ? 'it has no primary key' : undefined);
  const by = why === undefined ? primary[0]! : null;
  const type =
    Object.values(getTableColumns(table))
      .find((column) => column.name === by)
      ?.getSQLType() ?? null;
  const unique = [
    primary,
    ...indexes.filter(({ config }) => config.unique).map(({ config }) => names(config.columns)),
    ...uniqueConstraints.map((constraint) => names(constraint.columns)),
    ...columns.filter((column) => column.isUnique).map((column) => [column.name]),
  ];
  const keys = foreignKeys.map((key) => {
    const { columns: own, foreignColumns, foreignTable } = key.reference();
    const pairs = own.map((column, index) => [column.name, foreignColumns[index]!.name] as const);
    return { name: key.getName(), to: getTableName(foreignTable), columns: pairs };
  });
  const placed = { name, columns: names(columns), by, type, unique, foreignKeys: keys };
  return why === undefined ? placed : { ...placed, why };
}

/** True for a key that a sharded PostgreSQL cannot enforce: the two rows may be on different nodes. */
export function crossesOwners(key: ForeignKey, from: PlacedTable, to: PlacedTable): boolean {
  if (from.by === null && to.by === null) return false;
  return !key.columns.some(([own, other]) => own === from.by && other === to.by);
}

/** @returns what keeps the tables from being distributed, one sentence each */
export function placementFaults(tables: readonly PlacedTable[]): string[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  return tables.flatMap((table) => [
    ...table.unique
      .filter((columns) => table.by !== null && !columns.includes(table.by))
      .map((columns) => `${table.name} goes by ${table.by}, which its unique index (${columns.join(', ')}) lacks`),
    ...table.foreignKeys
      .filter((key) => crossesOwners(key, table, byName.get(key.to)!) && !key.name.endsWith('_cross_owner_fk'))
      .map((key) => `${key.name} of ${table.name} refers to rows of another node: name it *_cross_owner_fk`),
  ]);
}
