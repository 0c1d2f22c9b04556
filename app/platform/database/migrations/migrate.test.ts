import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateByDrizzle } from 'drizzle-orm/node-postgres/migrator';
import fc from 'fast-check';
import pg from 'pg';
import { eventually } from '../../../../test/conditions.ts';
import { applyPending, createMigrationCheck, describeState } from './migrate.ts';
import type { MigrationSeries } from './series.ts';
import { createEmptyDatabase, type Files, query, schemaOf, writeSeries } from './testing/series.ts';

const NOTES = ['0000_notes', 'create table note (id int);'] as const;
const TITLES = ['0001_titles', 'alter table note add column title text;'] as const;
const COLOURS = ['0001_colours', 'alter table note add column colour text;'] as const;

const migrate = async (url: string, ...series: MigrationSeries[]) =>
  (await applyPending({ url, series })).map(({ name }) => name);

async function stateOf(url: string, ...series: MigrationSeries[]): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return describeState(await createMigrationCheck(series)(drizzle(client) as never));
  } finally {
    await client.end();
  }
}

describe('a migration', { concurrency: 4 }, () => {
  it('that was merged late is applied, although a newer one is applied already', async (t) => {
    const url = await createEmptyDatabase(t);
    assert.deepEqual(await migrate(url, writeSeries(t, [NOTES, [...TITLES, 200]])), ['0000_notes', '0001_titles']);
    const merged = writeSeries(t, [NOTES, [...COLOURS, 100], ['0002_titles', TITLES[1], 200]]);
    assert.equal(await stateOf(url, merged), 'pending: 0001_colours');
    assert.deepEqual(await migrate(url, merged), ['0001_colours']);
    assert.equal(await stateOf(url, merged), undefined);
    assert.deepEqual(await schemaOf(url), ['note.colour text', 'note.id integer', 'note.title text']);
  });

  it('that an earlier release recorded without a name is not applied again, and gets its name', async (t) => {
    const url = await createEmptyDatabase(t);
    const series = { ...writeSeries(t, [NOTES, TITLES]), table: '__drizzle_migrations' };
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await migrateByDrizzle(drizzle(client), { migrationsFolder: series.folder });
    await client.end();
    assert.equal(await stateOf(url, series), undefined);
    assert.deepEqual(await migrate(url, series), []);
    const names = await query(url, 'select name from drizzle.__drizzle_migrations order by id');
    assert.deepEqual(names, [{ name: '0000_notes' }, { name: '0001_titles' }]);
  });

  it('whose text changed after it was applied is refused by its file, and nothing is applied', async (t) => {
    const url = await createEmptyDatabase(t);
    await migrate(url, writeSeries(t, [NOTES]));
    const changed = writeSeries(t, [['0000_notes', 'create table note (id bigint);'], TITLES]);
    assert.equal(await stateOf(url, changed), 'changed after it was applied: migrations/0000_notes.sql');
    await assert.rejects(migrate(url, changed), /^MigrationError: migrations\/0000_notes\.sql has changed since/);
    assert.deepEqual(await schemaOf(url), ['note.id integer']);
  });

  it('is the same one with the line ends of Windows', async (t) => {
    const url = await createEmptyDatabase(t);
    const [tag, sql] = ['0000_notes', 'create table note (\n  id int\n);\n'];
    await migrate(url, writeSeries(t, [[tag, sql.replaceAll('\n', '\r\n')]]));
    assert.equal(await stateOf(url, writeSeries(t, [[tag, sql]])), undefined);
    assert.deepEqual(await migrate(url, writeSeries(t, [[tag, sql]])), []);
  });

  it('of the next release does not matter to this one', async (t) => {
    const url = await createEmptyDatabase(t);
    await migrate(url, writeSeries(t, [NOTES, TITLES]));
    const before = writeSeries(t, [NOTES]);
    assert.equal(await stateOf(url, before), undefined);
    assert.deepEqual(await migrate(url, before), []);
  });

  it('that fails leaves nothing of its own and keeps those before it, and its error says why', async (t) => {
    const url = await createEmptyDatabase(t);
    const bad = 'create table other (id int);--> statement-breakpoint\nalter table nowhere add column a int;';
    await assert.rejects(
      migrate(url, writeSeries(t, [NOTES, ['0001_bad', bad]])),
      /^MigrationError: migrations\/0001_bad\.sql failed \(SQLSTATE 42P01\): relation "nowhere" does not exist/,
    );
    assert.deepEqual(await schemaOf(url), ['note.id integer']);
    assert.deepEqual(await migrate(url, writeSeries(t, [NOTES, TITLES])), ['0001_titles']);
  });

  for (const [how, first] of [
    ['in a transaction', ''],
    ['outside of one', '-- no-transaction\n'],
  ] as const) {
    it(`${how} lets others read a table that it waits for, and is applied once the table is free`, async (t) => {
      const url = await createEmptyDatabase(t);
      await migrate(url, writeSeries(t, [NOTES]));
      const holder = new pg.Client({ connectionString: url });
      await holder.connect();
      await holder.query('begin; lock table note in access share mode');
      const said: string[] = [];
      const series = [writeSeries(t, [NOTES, [TITLES[0], `${first}${TITLES[1]}`]])];
      const migrated = applyPending({ url, series, log: (line) => said.push(line) });
      const tried = () => said.some((line) => /0001_titles\.sql: a table is locked; trying again/.test(line));
      await eventually('it has tried, and pauses', tried);
      // Through two tries and the pauses between them. A reader waits for one try at most.
      for (const until = performance.now() + 4_000; performance.now() < until; )
        await query(url, 'set statement_timeout = 2000; select * from note');
      await holder.end();
      assert.deepEqual(
        (await migrated).map(({ name }) => name),
        ['0001_titles'],
      );
    });

    it(`${how} fails when a table stays locked, says why, and succeeds when it is run again`, async (t) => {
      const url = await createEmptyDatabase(t);
      await migrate(url, writeSeries(t, [NOTES]));
      const holder = new pg.Client({ connectionString: url });
      await holder.connect();
      await holder.query('begin; lock table note in access share mode');
      const series = [writeSeries(t, [NOTES, [TITLES[0], `${first}${TITLES[1]}`]])];
      await assert.rejects(
        applyPending({ url, series, lockPatienceMs: 0 }),
        /0001_titles\.sql failed \(SQLSTATE 55P03\).*pg_stat_activity/,
      );
      await holder.end();
      assert.deepEqual(await migrate(url, ...series), ['0001_titles']);
    });
  }
});

describe('a migration outside of a transaction', { concurrency: 4 }, () => {
  const INDEX = 'create index concurrently note_id on note (id);';

  it('builds an index while others write, with two migrators at once', async (t) => {
    const url = await createEmptyDatabase(t);
    const series = writeSeries(t, [NOTES, ['0001_index', `-- no-transaction\n${INDEX}`]]);
    const applied = await Promise.all([migrate(url, series), migrate(url, series)]);
    assert.deepEqual(applied.flat().sort(), ['0000_notes', '0001_index']);
    assert.equal(await stateOf(url, series), undefined);
  });

  it('that forgets to say so is told how', async (t) => {
    const url = await createEmptyDatabase(t);
    await assert.rejects(
      migrate(url, writeSeries(t, [NOTES, ['0001_index', INDEX]])),
      /SQLSTATE 25001.*Put a line "-- no-transaction" at the top of the file/,
    );
  });

  it('is not recorded while an index is left invalid', async (t) => {
    const url = await createEmptyDatabase(t);
    const series = writeSeries(t, [
      NOTES,
      ['0001_twice', 'insert into note values (1), (1);'],
      ['0002_index', '-- no-transaction\ncreate unique index concurrently if not exists note_id on note (id);'],
    ]);
    await assert.rejects(migrate(url, series), /0002_index\.sql failed \(SQLSTATE 23505\)/);
    await assert.rejects(migrate(url, series), /left the index note_id invalid.*drop index concurrently note_id/);
    assert.equal(await stateOf(url, series), 'pending: 0002_index');
    await query(url, 'drop index note_id; delete from note');
    assert.deepEqual(await migrate(url, series), ['0002_index']);
  });
});

describe('a series that would skip a migration is refused before anything is applied:', { concurrency: 4 }, () => {
  const FAULTS: [string, (t: TestContext) => MigrationSeries, RegExp][] = [
    [
      'a time that does not rise',
      (t) =>
        writeSeries(t, [
          [...NOTES, 200],
          [...TITLES, 100],
        ]),
      /meta\/_journal\.json does not rise at 0001_titles \(number 1, idx 1, when 100 after when 200\)\. Run: .*renumber/,
    ],
    ['a number twice', (t) => writeSeries(t, [NOTES, TITLES, COLOURS]), /does not rise at 0001_colours/],
    [
      'a file that the journal lacks',
      (t) => {
        const series = writeSeries(t, [NOTES]);
        writeFileSync(join(series.folder, '0001_lost.sql'), 'select 1;');
        return series;
      },
      /migrations\/0001_lost\.sql is not in the journal, so it would be skipped/,
    ],
    [
      'a file that is missing',
      (t) => {
        const series = writeSeries(t, [NOTES, TITLES]);
        rmSync(join(series.folder, '0001_titles.sql'));
        return series;
      },
      /migrations\/0001_titles\.sql is in the journal, and the file is missing/,
    ],
    [
      'a journal with the marks of a conflict',
      (t) => {
        const series = writeSeries(t, [NOTES]);
        const journal = join(series.folder, 'meta/_journal.json');
        writeFileSync(journal, `<<<<<<< HEAD\n${readFileSync(journal, 'utf8')}`);
        return series;
      },
      /_journal\.json cannot be read/,
    ],
  ];
  for (const [what, make, message] of FAULTS) {
    it(what, async (t) => {
      const url = await createEmptyDatabase(t);
      await assert.rejects(migrate(url, make(t)), message);
      assert.deepEqual(await schemaOf(url), []);
    });
  }
});

describe('two series', () => {
  it('end in the same schema whatever the order in which branches were merged', { timeout: 120_000 }, async (t) => {
    const column = (series: string, name: string) => `alter table ${series}_table add column ${name} int;`;
    const base = (series: string): Files => [['0000_base', `create table ${series}_table (id int);`]];
    const branchesOf = fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(branchesOf, branchesOf, fc.infiniteStream(fc.nat()), async (foundation, product, random) => {
        const url = await createEmptyDatabase(t);
        const fresh = await createEmptyDatabase(t);
        const merged = new Map<string, string[][]>([
          ['foundation', []],
          ['product', []],
        ]);
        const open = new Map([
          ['foundation', foundation.map((names, index) => names.map((name) => `${name}${index}`))],
          ['product', product.map((names, index) => names.map((name) => `${name}${index}`))],
        ]);
        const all = () =>
          [...merged].map(([series, branches]) => {
            const columns = branches.flat();
            const files = columns.map((name, index): Files[number] => [
              `${String(index + 1).padStart(4, '0')}_${name}`,
              column(series, name),
            ]);
            return writeSeries(t, [...base(series), ...files], series);
          });
        await migrate(url, ...all());
        while ([...open.values()].some((branches) => branches.length > 0)) {
          const choices = [...open].filter(([, branches]) => branches.length > 0);
          const [series, branches] = choices[random.next().value % choices.length]!;
          const branch = branches.splice(random.next().value % branches.length, 1)[0]!;
          const before = merged.get(series)!;
          // A branch is applied on this database before it is merged, so that its numbers change afterwards.
          before.splice(random.next().value % (before.length + 1), 0, branch);
          await migrate(url, ...all());
        }
        await migrate(fresh, ...all());
        assert.deepEqual(await schemaOf(url), await schemaOf(fresh));
        assert.equal(await stateOf(url, ...all()), undefined);
      }),
      { numRuns: Number(process.env.MERGES ?? 12) },
    );
  });

  it('are applied one after the other: the product refers to tables of the foundation', async (t) => {
    const url = await createEmptyDatabase(t);
    const foundation = writeSeries(t, [['0000_base', 'create table owner (id int primary key);']]);
    const product = writeSeries(t, [['0000_base', 'create table owned (id int references owner);']], 'product');
    assert.deepEqual(await migrate(url, foundation, product), ['0000_base', '0000_base']);
    const tables = await query(url, `select tablename from pg_tables where schemaname = 'drizzle' order by 1`);
    assert.deepEqual(
      tables.map(({ tablename }) => tablename),
      ['__foundation_migrations', '__product_migrations'],
    );
  });
});
