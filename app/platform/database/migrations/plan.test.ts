import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { applyPending } from './migrate.ts';
import { planMigrations } from './plan.ts';
import { createEmptyDatabase, query, schemaOf, writeSeries } from './testing/series.ts';

const BASE = [
  '0000_base',
  'create table owner (id int primary key);--> statement-breakpoint\ncreate table note (id int, size int, owner int);',
] as const;

describe('the plan of a migration', { concurrency: 2 }, () => {
  after(async () => {
    const text = `select datname from pg_database where datname like 'plinth_plan_${process.pid}_%'`;
    assert.deepEqual(await query(process.env.TEST_DATABASE_URL!, text), [], 'every scratch database is dropped');
  });

  const CASES: [what: string, sql: string, expected: string[]][] = [
    ['a new table', 'create table other (id int primary key);', []],
    ['a new column', 'alter table note add column title text;', ['note AccessExclusiveLock']],
    ['another type', 'alter table note alter column size type bigint;', ['note AccessExclusiveLock rewrites scans']],
    ['an index', 'create index on note (id);', ['note ShareLock scans']],
    [
      'a constraint that is validated',
      'alter table note add constraint positive check (size > 0);',
      ['note AccessExclusiveLock scans'],
    ],
    [
      'a constraint that is not validated',
      'alter table note add constraint positive check (size > 0) not valid;',
      ['note AccessExclusiveLock'],
    ],
    [
      'a column that may not be null',
      'alter table note alter column size set not null;',
      ['note AccessExclusiveLock scans'],
    ],
    ['rows that change', 'update note set size = 1;', []],
    ['a new name', 'alter table note rename to page;', ['note AccessExclusiveLock']],
    [
      'a constraint outside of a transaction, added and then validated',
      '-- no-transaction\nalter table note add constraint positive check (size > 0) not valid;--> statement-breakpoint\nalter table note validate constraint positive;',
      ['note AccessExclusiveLock', 'note ShareUpdateExclusiveLock scans'],
    ],
    ['an index beside the traffic', '-- no-transaction\ncreate index concurrently on note (id);', []],
  ];
  for (const [what, sql, expected] of CASES) {
    it(`names the locks of ${what}, and changes nothing`, async (t) => {
      const url = await createEmptyDatabase(t);
      await applyPending({ url, series: [writeSeries(t, [BASE])] });
      const before = await schemaOf(url);
      const [planned] = await planMigrations({ url, series: [writeSeries(t, [BASE, ['0001_next', sql]])] });
      const seen = planned!.statements.flatMap(({ effects }) =>
        effects.map(({ table, lock, rewrites, scans }) =>
          [table, lock, rewrites && 'rewrites', scans && 'scans'].filter(Boolean).join(' '),
        ),
      );
      assert.deepEqual(seen, expected);
      assert.equal(planned!.outsideTransaction, sql.includes('no-transaction'));
      assert.deepEqual(await schemaOf(url), before);
    });
  }

  it('tells the size of the real table', async (t) => {
    const url = await createEmptyDatabase(t);
    await applyPending({ url, series: [writeSeries(t, [BASE])] });
    await query(url, 'insert into note select generate_series(1, 5000); analyze note');
    const series = [writeSeries(t, [BASE, ['0001_index', 'create index on note (id);']])];
    const [effect] = (await planMigrations({ url, series }))[0]!.statements[0]!.effects;
    assert.equal(effect!.rows, 5_000);
    assert.ok(effect!.bytes >= 5_000 * 24);
  });

  it('is made in the scratch database that is given, for a user who may create none', async (t) => {
    const [url, scratchUrl] = [await createEmptyDatabase(t), await createEmptyDatabase(t)];
    await applyPending({ url, series: [writeSeries(t, [BASE])] });
    const series = [writeSeries(t, [BASE, ['0001_index', 'create index on note (id);']])];
    const planned = await planMigrations({ url, series, scratchUrl });
    assert.deepEqual(
      planned.map(({ name }) => name),
      ['0001_index'],
    );
    assert.deepEqual(await query(scratchUrl, `select to_regclass('note') is not null as used`), [{ used: true }]);
  });

  it('is made for one that is applied already, and for no other, if it is named', async (t) => {
    const url = await createEmptyDatabase(t);
    const series = [
      writeSeries(t, [
        BASE,
        ['0001_index', 'create index on note (id);'],
        ['0002_drop', 'drop table note;'],
        ['0003_next', 'select 1;'],
      ]),
    ];
    await applyPending({ url, series });
    for (const only of ['0001_index', 'migrations/0001_index.sql']) {
      const planned = await planMigrations({ url, series, only });
      assert.deepEqual(
        planned.map(({ name, statements }) => [name, statements[0]!.effects[0]!.lock]),
        [['0001_index', 'ShareLock']],
      );
    }
    await assert.rejects(
      planMigrations({ url, series, only: '0001_indexes' }),
      /^MigrationError: There is no migration 0001_indexes\. The newest is migrations\/0003_next\.sql\.$/,
    );
    const both = [...series, writeSeries(t, [BASE], 'product')];
    await assert.rejects(
      planMigrations({ url, series: both, only: '0000_base' }),
      /Pass the file: migrations\/0000_base\.sql or app\/product\/migrations\/0000_base\.sql/,
    );
  });

  it('is empty when nothing is pending, and fails where the migration would', async (t) => {
    const url = await createEmptyDatabase(t);
    await applyPending({ url, series: [writeSeries(t, [BASE])] });
    assert.deepEqual(await planMigrations({ url, series: [writeSeries(t, [BASE])] }), []);
    const bad = writeSeries(t, [BASE, ['0001_bad', 'alter table nowhere add column a int;']]);
    await assert.rejects(planMigrations({ url, series: [bad] }), /0001_bad\.sql fails .*"nowhere" does not exist/);
  });
});
