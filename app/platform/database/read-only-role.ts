/** The columns that a role for reports, support or a BI tool may read: every column of the service's tables that holds no secret. */
import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { isSecret } from './secrets.ts';

export interface ReadableTable {
  name: string;
  columns: string[];
}

/**
 * Lets a role read what holds no secret, and nothing else: other privileges on the tables, and on those that are gone from this list, are
 * taken away. Views, functions and the job queues are left out.
 * @param role an existing role of PostgreSQL @returns what it may read @throws Error of PostgreSQL where the role does not exist
 */
export function grantReading(db: Database, role: string): Promise<ReadableTable[]> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ name: string; column: string; type: string }>(sql`
      select table_name as name, column_name as column, data_type as type
      from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name, ordinal_position`);
    const grantee = sql.identifier(role);
    await tx.execute(sql`revoke all on all tables in schema public from ${grantee}`);
    await tx.execute(sql`grant usage on schema public to ${grantee}`);
    const tables: ReadableTable[] = [];
    for (const [name, all] of Map.groupBy(rows, (row) => row.name)) {
      const columns = all
        .filter(({ column, type }) => type !== 'bytea' && !isSecret(name, column))
        .map(({ column }) => column);
      const names = sql.join(
        columns.map((column) => sql.identifier(column)),
        sql`, `,
      );
      await tx.execute(sql`grant select (${names}) on ${sql.identifier(name)} to ${grantee}`);
      tables.push({ name, columns });
    }
    return tables;
  });
}
