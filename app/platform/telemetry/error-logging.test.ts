/** Database errors quote the values of a statement. None of them may appear in a log line. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { Problem } from '../errors.ts';
import { createLogger } from './logger.ts';

const CANARY = 'k4n4ry@example.com';

describe('an error of the database', () => {
  let database: TestDatabase;
  let db: Database;
  before(async () => {
    database = await createTestDatabase();
    db = openDatabase({
      url: database.url,
      poolSize: 1,
      lanes: 1,
      preparedStatements: true,
      statementTimeoutMs: 200,
      applicationName: 'logging test',
    });
    await db.execute(sql`create table person (email text primary key, age int check (age > 0), name text not null)`);
    await db.execute(sql`create table pet (owner text references person (email))`);
    await db.execute(sql`insert into person values (${CANARY}, 1, 'x')`);
  });
  after(async () => {
    await db.$client.end();
    await database.close();
  });

  const FAILING = {
    'a duplicate key': () => sql`insert into person values (${CANARY}, 2, 'x')`,
    'a missing reference': () => sql`insert into pet values (${`other-${CANARY}`})`,
    'a failed check': () => sql`insert into person values (${`a${CANARY}`}, -1, 'x')`,
    'a missing value': () => sql`insert into person values (${`b${CANARY}`}, 1, null)`,
    'a value of the wrong form': () => sql`select ${CANARY}::text::uuid`,
    'a number of the wrong form': () => sql`select ${CANARY}::text::int`,
    'a date of the wrong form': () => sql`select ${CANARY}::text::timestamptz`,
    'JSON of the wrong form': () => sql`select ${CANARY}::text::jsonb`,
    'a broken pattern': () => sql`select 'x' ~ ${`(${CANARY}`}::text`,
    'a statement that takes too long': () => sql`select pg_sleep(5), ${CANARY}::text`,
    'a statement that does not exist': () => sql`select nothing from ${sql.raw('nowhere')} where email = ${CANARY}`,
    'an exception of a function': () => sql`select pg_catalog.set_config('no.such setting', ${CANARY}, false)`,
  };

  for (const [fault, statement] of Object.entries(FAILING)) {
    it(`that is ${fault} is logged without the values, however it is wrapped`, async () => {
      const error = await db.execute(statement()).then(
        () => assert.fail('should fail'),
        (thrown: Error) => thrown,
      );
      assert.ok(
        JSON.stringify(error).includes('k4n4ry') || error.message.includes('k4n4ry'),
        'the error does quote it',
      );

      const lines: string[] = [];
      const logger = createLogger({
        level: 'info',
        release: 'test',
        destination: { write: (line) => void lines.push(line) },
      });
      const problem = new Problem('internal_error', { status: 500, title: 'x' }, { cause: error });
      logger.error({ err: error }, 'direct');
      logger.error({ err: new Error('wrapped', { cause: error }) }, 'wrapped');
      logger.error({ err: problem }, 'problem');
      logger.error({ err: new AggregateError([error], 'several') }, 'several');
      logger.child({ err: error }).error('child');
      logger.error(error);
      logger.error(error, 'as the only field');
      logger.error({ error }, 'under another name');

      assert.equal(lines.length, 8);
      for (const line of lines) assert.ok(!line.includes('k4n4ry'), line);
      const { err } = JSON.parse(lines[0]!);
      assert.match(err.code, /^[0-9A-Z]{5}$/);
      assert.match(err.stack, /error-logging\.test|drizzle-orm|pg\//);
    });
  }

  it('whose message is repeated beside it is logged without credentials in either', () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: 'info',
      release: 'test',
      destination: { write: (line) => void lines.push(line) },
    });
    const code = 'SRmTKDQHtiPPqfQ6t87ufwEWk0WAq6G56IoyP1oK2DA';
    const message = `Reply was already sent in "/callback?code=${code}"`;
    logger.warn({ err: new Error(message) }, message);
    assert.ok(!lines[0]!.includes(code), lines[0]!);
    assert.equal(JSON.parse(lines[0]!).message, 'Reply was already sent in "/callback?code=[credential]"');
  });
});
