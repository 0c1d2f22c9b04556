/**
 * Distributing the rows of all tables over the nodes of a Citus cluster: the SQL that does it, and which tables a cluster lacks. Nothing here
 * distributes by itself. docs/scaling.md says when it pays.
 */
import type pg from 'pg';
import { crossesOwners, type PlacedTable, placementFaults } from './distribution.ts';
import { MIGRATION_LOCK } from './migrations/migrate.ts';

/**
 * Writes the SQL that distributes the tables, as one transaction under the lock of migrations. It may be run again: what is distributed stays as it is.
 * @returns the script; `psql --single-transaction` adds nothing to it
 * @throws Error if a table cannot be distributed; the message names each reason
 */
export function distributionScript(tables: readonly PlacedTable[]): string {
  const faults = placementFaults(tables);
  if (faults.length > 0) throw new Error(`These tables cannot be distributed:\n${faults.join('\n')}`);
  const byName = new Map(tables.map((table) => [table.name, table]));
  const distributed = inOrder(tables.filter(({ by }) => by !== null));
  const drops = tables.flatMap((table) =>
    table.foreignKeys
      .filter((key) => crossesOwners(key, table, byName.get(key.to)!))
      .map((key) => `alter table ${quote(table.name)} drop constraint if exists ${quote(key.name)};`),
  );
  const owners = distributed.find(({ type }) => type === 'uuid')?.name;
  const spread = distributed.map((table) => {
    // Rows of one owner are on one node, whichever table they are in. What goes by a name has nothing to be beside.
    const beside = table.type === 'uuid' && table.name !== owners ? owners! : 'none';
    const place = `${literal(table.name)}, ${literal(table.by!)}, colocate_with => ${literal(beside)}`;
    const known = `select from pg_dist_partition where logicalrelid = ${literal(table.name)}::regclass`;
    return `select create_distributed_table(${place}) where not exists (${known});`;
  });
  const local = tables.filter(({ by }) => by === null).map(({ name, why }) => `--   ${name}: ${why}`);
  return [
    '-- Distributes the tables over the nodes of a Citus cluster. Stop the service first, and take a backup.',
    'begin;',
    `select pg_advisory_xact_lock(${MIGRATION_LOCK});`,
    '',
    '-- Keys between rows that may be on different nodes. The service deletes on both sides.',
    ...drops,
    '',
    '-- Owners first, then what they own.',
    ...spread,
    '',
    '-- The rows that were here before. Without this they stay on the coordinator, hidden, those of erased people included.',
    ...distributed.map(
      ({ name }) => `select truncate_local_data_after_distributing_table(${literal(name)}::regclass);`,
    ),
    'commit;',
    '',
    '-- These stay on the coordinator:',
    ...local,
    '',
  ].join('\n');
}

/**
 * Tables that a cluster does not distribute, although it distributes others.
 * @param client a direct connection to the coordinator
 * @returns their names; none where nothing is distributed, as on one PostgreSQL
 */
export async function undistributed(client: pg.ClientBase, tables: readonly PlacedTable[]): Promise<string[]> {
  const { rows: catalog } = await client.query(`select to_regclass('pg_dist_partition') is not null as exists`);
  if (!catalog[0].exists) return [];
  const { rows } = await client.query(
    `select c.relname as name from pg_dist_partition p join pg_class c on c.oid = p.logicalrelid
     where c.relnamespace = 'public'::regnamespace`,
  );
  const known = new Set(rows.map(({ name }) => name));
  if (known.size === 0) return [];
  return tables.filter(({ name, by }) => by !== null && !known.has(name)).map(({ name }) => name);
}

/** Each table after those that its keys refer to. */
function inOrder(tables: readonly PlacedTable[]): PlacedTable[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const ordered = new Set<PlacedTable>();
  function add(table: PlacedTable): void {
    if (ordered.has(table)) return;
    for (const key of table.foreignKeys) {
      const to = byName.get(key.to);
      if (to && to !== table && !crossesOwners(key, table, to)) add(to);
    }
    ordered.add(table);
  }
  // The table with the most keys to it comes first: the others go beside it.
  const asked = (name: string) => tables.filter((table) => table.foreignKeys.some(({ to }) => to === name)).length;
  for (const table of [...tables].sort((a, b) => asked(b.name) - asked(a.name))) add(table);
  return [...ordered];
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
