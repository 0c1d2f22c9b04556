/**
 * No Citus can be had for the tests. Functions with the names of Citus' stand in for it: they refuse what Citus refuses (its documentation, "Create
 * distributed tables"), so the script's order and its drops are tested, and not what Citus does with the rows.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/database.ts';
import { ENVIRONMENT } from '../../test/service.ts';
import { migrate } from '../migrate.ts';
import { loadPlacements } from '../placements.ts';

const STAND_INS = `
  create table pg_dist_partition (logicalrelid regclass primary key, partkey text, colocation text, truncated boolean default false);
  create function create_distributed_table(name regclass, key text, colocate_with text) returns void language plpgsql as $$
  declare bad text;
  begin
    if not exists (select from pg_attribute where attrelid = name and attname = key) then raise '% has no %', name, key; end if;
    select i.indexrelid::regclass into bad from pg_index i where i.indrelid = name and i.indisunique
      and not exists (select from pg_attribute a where a.attrelid = name and a.attname = key and a.attnum = any(i.indkey));
    if bad is not null then raise 'cannot create constraint %: it lacks the distribution column', bad; end if;
    select k.conname into bad from pg_constraint k where k.contype = 'f' and k.conrelid = name
      and k.confrelid <> name and not exists (select from pg_dist_partition p where p.logicalrelid = k.confrelid);
    if bad is not null then raise 'key % of % refers to a local table', bad, name; end if;
    if colocate_with <> 'none' and not exists (select from pg_dist_partition where logicalrelid = colocate_with::regclass)
      then raise '% is not distributed', colocate_with; end if;
    insert into pg_dist_partition values (name, key, case colocate_with when 'none' then name::text else colocate_with end);
  end $$;
  create function truncate_local_data_after_distributing_table(name regclass) returns void language sql as
    $$ update pg_dist_partition set truncated = true where logicalrelid = name $$;`;

describe('plinth distribute', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let script: string;
  before(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const env = { ...ENVIRONMENT, PATH: process.env.PATH, DATABASE_URL: database.url };
    script = (await promisify(execFile)(process.execPath, ['app/cli.ts', 'distribute'], { env })).stdout;
  });
  after(async () => {
    await client.end();
    await database.close();
  });

  it('runs nothing: PostgreSQL has every key and table afterwards', async () => {
    const { rows } = await client.query(
      `select count(*)::int as count from pg_constraint where conname like '%cross_owner_fk'`,
    );
    assert.ok(rows[0].count >= 5);
    await assert.rejects(client.query(script), /pg_dist_partition|create_distributed_table/);
    await client.query('rollback');
    const after = await client.query(
      `select count(*)::int as count from pg_constraint where conname like '%cross_owner_fk'`,
    );
    assert.deepEqual(after.rows, rows);
  });

  it('prints SQL that distributes every table that has an owner, in an order that works, and may be run again', async () => {
    await client.query(STAND_INS);
    await client.query(script);
    await client.query(script);
    const { rows } = await client.query(
      `select logicalrelid::text as name, partkey as by, colocation as beside, truncated from pg_dist_partition order by 1`,
    );
    const placed = (await loadPlacements()).filter(({ by }) => by !== null);
    const expected = placed.map(({ name, by, type }) => ({
      name,
      by,
      beside: type === 'uuid' ? 'organizations' : name,
      truncated: true,
    }));
    assert.deepEqual(rows, expected);
    assert.ok(rows.length > 30);
    const keys = await client.query(`select conname from pg_constraint where conname like '%cross_owner_fk'`);
    assert.deepEqual(keys.rows, []);
  });

  it('is asked for by migrate, which names tables that are not distributed, and distributes none', async () => {
    const said: string[] = [];
    const run = () => migrate({ url: database.url, log: (line) => said.push(line) });
    assert.deepEqual((await run()).undistributed, []);
    await client.query(
      `delete from pg_dist_partition where logicalrelid in ('devices'::regclass, 'passkeys'::regclass)`,
    );
    assert.deepEqual((await run()).undistributed, ['devices', 'passkeys']);
    assert.deepEqual(
      said.filter((line) => line.includes('not distributed')),
      ['not distributed: devices, passkeys. Run the SQL of `plinth distribute` (docs/scaling.md)'],
    );
    const { rows } = await client.query(`select from pg_dist_partition where logicalrelid = 'devices'::regclass`);
    assert.equal(rows.length, 0);
    await client.query('delete from pg_dist_partition');
    assert.deepEqual((await run()).undistributed, [], 'nothing is distributed: one PostgreSQL');
  });
});
