/** A role that may only read: what it sees, what it does not, and what the database says about itself. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { rows } from '../../test/conditions.ts';
import { randomName } from '../../test/database.ts';
import { ENVIRONMENT, PASSWORD, startTestService, type TestService } from '../../test/service.ts';

/** Names that no column may have that a role for reading may see. */
const SECRET = /hash|secret|token|password|private|payload|^body$|^data$/;
/** Columns that are called like that, and hold none. */
const HARMLESS: readonly string[] = ['events.data', 'webhook_endpoints.previous_secret_until'];

describe('a role that may only read', () => {
  const role = randomName('reader');
  let test: TestService;
  let reader: pg.Client;
  before(async () => {
    test = await startTestService({ jobs: false });
    await rows(test, `create role ${role} login password 'reader'`);
  });
  after(async () => {
    await reader?.end();
    await rows(test, `drop owned by ${role}`);
    await rows(test, `drop role ${role}`);
    await test.close();
  });

  async function command(name: string) {
    const env = { ...ENVIRONMENT, PATH: process.env.PATH, DATABASE_URL: test.service.config.databaseUrl };
    const run = ['app/cli.ts', 'roles', '--read-only', name, '--json'];
    return promisify(execFile)(process.execPath, run, { env }).catch((error) => error);
  }

  it('sees every table, and no column that holds a secret', async () => {
    await rows(test, `grant all on users, api_keys to ${role}`);
    const { tables } = JSON.parse((await command(role)).stdout) as { tables: { name: string; columns: string[] }[] };
    const url = new URL(test.service.config.databaseUrl);
    Object.assign(url, { username: role, password: 'reader' });
    reader = new pg.Client({ connectionString: url.href });
    await reader.connect();
    const { rows: columns } = await reader.query<{ name: string; col: string; type: string; readable: boolean }>(
      `select c.relname as name, a.attname as col, format_type(a.atttypid, null) as type,
         has_column_privilege(c.oid, a.attnum, 'select') as readable
       from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`,
    );
    for (const { name, col, type, readable } of columns) {
      const isSecret = type === 'bytea' || (SECRET.test(col) && !HARMLESS.includes(`${name}.${col}`));
      if (isSecret) assert.ok(!readable, `${name}.${col} is readable`);
      assert.equal(tables.find((table) => table.name === name)!.columns.includes(col), readable, `${name}.${col}`);
    }
    const hidden = columns.filter(({ readable }) => !readable).map(({ name, col }) => `${name}.${col}`);
    for (const secret of ['users.password_hash', 'sessions.secret', 'api_keys.hash', 'signing_keys.private_key'])
      assert.ok(hidden.includes(secret), secret);
    assert.ok(columns.filter(({ readable }) => readable).length > 100);
  });

  it('reads what it sees, and changes nothing', async () => {
    await test.request('/v1/users', { body: { email: 'read@example.com', password: PASSWORD } });
    const { rows: found } = await reader.query('select email, name from users');
    assert.deepEqual(found, [{ email: 'read@example.com', name: null }]);
    for (const text of [
      'select * from users',
      'select password_hash from users',
      'select hash from api_keys',
      'update users set name = null',
      'delete from sessions',
      'truncate audit_events',
      'select data from pgboss.job',
      'create table mine (id int)',
    ])
      await assert.rejects(reader.query(text), /permission denied/, text);
  });

  it('must exist', async () => {
    const { code, stderr } = await command('nobody_of_that_name');
    assert.equal(code, 1);
    assert.match(stderr, /There is no role nobody_of_that_name. Create it first/);
  });
});

describe('the database', () => {
  it('says of every table what it is for', async (t) => {
    const test = await startTestService({ jobs: false });
    t.after(() => test.close());
    const silent = await rows(
      test,
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and obj_description(oid, 'pg_class') is null`,
    );
    assert.deepEqual(silent, []);
    const [{ count }] = await rows(
      test,
      `select count(*)::int from pg_description d join pg_class c on c.oid = d.objoid
       where c.relnamespace = 'public'::regnamespace and d.objsubid > 0`,
    );
    assert.ok(count > 50, 'and of many columns what they mean');
  });
});
