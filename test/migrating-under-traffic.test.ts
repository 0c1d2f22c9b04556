/**
 * The next release migrates while this one serves: its migrations, in both series, change tables that the traffic reads and writes. Both releases are processes of their own,
 * as in a rollout.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../dev/free-port.ts';
import { copyRepository } from '../scripts/scratch/copy.ts';
import { eventually } from './conditions.ts';
import { type Load, startLoad } from './containers/load.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { type ServiceProcess, startServiceProcess } from './process.ts';
import { ENVIRONMENT, request } from './service.ts';

const PASSWORD = 'correct horse battery staple';
const EMAIL = 'ada@example.com';
/** Longer than a statement of the service waits for a lock. */
const READER_MS = 6_000;

/** What the next release has more than this one. The traffic uses `users`, `sessions`, `rate_limits` and `organizations`. */
const FOUNDATION = {
  next_columns: [
    'alter table users add column note text',
    'alter table sessions add column note text',
    "alter table rate_limits add column note text not null default 'none'",
  ],
  next_index: ['create index concurrently if not exists users_note on users (note)'],
};
const PRODUCT = {
  next_boards: [
    'create table boards (id uuid primary key, organization_id uuid not null references organizations on delete cascade)',
    'alter table users add column board uuid',
  ],
};

describe('a migration that runs while the previous release serves traffic', { timeout: 240_000 }, () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let client: pg.Client;
  let observer: pg.Client;
  let token: string;
  before(async () => {
    database = await createTestDatabase();
    [client, observer] = [await connect(), await connect()];
    service = await startServiceProcess(database.url, 'api');
    const body = { email: EMAIL, password: PASSWORD, name: 'Ada' };
    assert.equal((await request(`${service.url}/v1/users`, { body })).status, 202);
    await client.query('update users set email_verified_at = now()');
    // One person makes all requests here: the limits are counted, and never reached.
    await client.query(`
      create function one_point() returns trigger language plpgsql as $$ begin new.points := 1; return new; end $$;
      create trigger one_point before insert or update on rate_limits for each row execute function one_point();`);
    const session = await request(`${service.url}/v1/sessions`, { body: { email: EMAIL, password: PASSWORD } });
    assert.equal(session.status, 201, JSON.stringify(session.body));
    token = session.body.accessToken;
  });
  after(async () => {
    await Promise.all([client, observer].map((each) => each.end()));
    await service.stop();
    await database.close();
  });

  async function connect(): Promise<pg.Client> {
    const opened = new pg.Client({ connectionString: database.url });
    opened.on('error', () => {});
    await opened.connect();
    return opened;
  }

  const traffic = (): Load =>
    startLoad({
      url: service.url,
      paths: [
        '/v1/users/me',
        { method: 'PATCH', path: '/v1/users/me', body: { name: 'Ada' } },
        '/v1/organizations',
        '/v1/sessions',
        '/readyz',
      ],
      clients: 10,
      pauseMs: 10,
      token,
    });
  /** Asked over a connection of its own: a transaction sees the activity as it was when it first looked. */
  const waiting = async (): Promise<number> => {
    const text = `select count(*)::int from pg_stat_activity where application_name = 'plinth migrate' and wait_event_type = 'Lock'`;
    return (await observer.query(text)).rows[0].count;
  };
  const columns = async (table: string) =>
    (
      await client.query('select column_name as name from information_schema.columns where table_name = $1', [table])
    ).rows.map(({ name }) => name);

  it('fails no request, and the plan has named its locks before', async (t) => {
    const next = nextRelease(t);
    const load = traffic();
    t.after(() => load.stop());
    await eventually('load is steady', () => load.answered > 100, 60_000);

    const plan = await next.plinth('migrate', '--plan');
    for (const line of [
      /_next_columns\.sql\n/,
      /users \(.*AccessExclusiveLock, stops reads and writes; short/,
      /sessions \(.*AccessExclusiveLock, stops reads and writes; short/,
      /rate_limits \(.*AccessExclusiveLock, stops reads and writes; short/,
      /_next_index\.sql, outside of a transaction/,
      /app\/product\/migrations\/\d+_next_boards\.sql\n/,
      /organizations \(.*ShareRowExclusiveLock, stops writes; short/,
    ])
      assert.match(plan, line);
    assert.doesNotMatch(plan, /DANGEROUS/);
    assert.ok(!(await columns('users')).includes('note'), 'the plan changes nothing');

    // A report of somebody else reads a table meanwhile: what waits for its lock must not hold up everybody behind it.
    await client.query('begin; select from users limit 1');
    const reported = eventually('the migrator waits for the lock', async () => (await waiting()) > 0, 60_000)
      .then(() => delay(READER_MS))
      .finally(() => client.query('commit'));
    const [migrated] = await Promise.all([next.plinth('migrate'), reported]);
    assert.match(migrated, /next_columns[\s\S]*next_index[\s\S]*next_boards/);
    const before = load.answered;
    await eventually('load goes on', () => load.answered > before + 100, 60_000);
    await load.stop();

    t.diagnostic(
      `${load.answered} requests answered, ${load.failures.length} failed; the slowest took ${load.slowestMs.toFixed(0)} ms`,
    );
    assert.deepEqual(load.failures, []);
    assert.deepEqual(Object.keys(load.statuses), ['200']);
    assert.ok((await columns('users')).includes('board'));
    assert.equal(await next.plinth('migrate'), 'Nothing to do: the database is current.\n');
  });

  /** A copy of the repository with one more migration of each kind. */
  function nextRelease(t: TestContext) {
    const root = copyRepository();
    t.after(() => rmSync(root, { recursive: true, force: true }));
    append(join(root, 'migrations'), FOUNDATION);
    append(join(root, 'app/product/migrations'), PRODUCT);
    return {
      async plinth(...args: string[]): Promise<string> {
        const env = { ...process.env, ...ENVIRONMENT, DATABASE_URL: database.url, PORT: String(await freePort()) };
        const { stdout } = await promisify(execFile)(process.execPath, ['app/cli.ts', ...args], { cwd: root, env });
        return stdout;
      },
    };
  }

  function append(folder: string, migrations: Record<string, string[]>): void {
    mkdirSync(join(folder, 'meta'), { recursive: true });
    const file = join(folder, 'meta/_journal.json');
    const journal = readJournal(file);
    for (const [name, statements] of Object.entries(migrations)) {
      const idx = journal.entries.length;
      const tag = `${String(idx).padStart(4, '0')}_${name}`;
      const outside = statements.some((each) => each.includes('concurrently')) ? '-- no-transaction\n' : '';
      writeFileSync(
        join(folder, `${tag}.sql`),
        `${outside}-- The next release.\n${statements.join(';--> statement-breakpoint\n')};\n`,
      );
      journal.entries.push({ idx, version: '7', when: Date.now() + idx, tag, breakpoints: true });
    }
    writeFileSync(file, JSON.stringify(journal));
  }

  function readJournal(file: string): { entries: object[] } {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      return { version: '7', dialect: 'postgresql', entries: [] } as never; // the product has no migrations yet
    }
  }
});
