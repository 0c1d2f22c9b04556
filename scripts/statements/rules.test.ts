import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import pg from 'pg';
import { loadModule, parseSync } from 'pgsql-parser';
import { loadPlacements } from '../../app/placements.ts';
import { type PlacedTable, placementFaults } from '../../app/platform/database/distribution.ts';
import { createTestDatabase } from '../../test/database.ts';
import { findingsOf, type Rule, VOLATILE } from './rules.ts';

describe('the rules for statements on a sharded PostgreSQL', () => {
  let tables: Map<string, PlacedTable>;
  before(async () => {
    await loadModule();
    tables = new Map((await loadPlacements()).map((table) => [table.name, table]));
  });
  const rulesOf = (text: string, same: number[] = [0, 1, 2, 3]): Rule[] => {
    const [first] = (parseSync(text) as { stmts: { stmt: object }[] }).stmts;
    return findingsOf(first!.stmt, tables, same).map(({ rule }) => rule);
  };

  it('hold for every table: unique by the column that it goes by, and no key to another node but those that are dropped', () => {
    assert.deepEqual(placementFaults([...tables.values()]), []);
    const [users, sessions] = [tables.get('users')!, tables.get('sessions')!];
    assert.deepEqual([users.by, sessions.by, tables.get('signing_keys')!.by], ['id', 'user_id', null]);
    const faulty = [users, { ...sessions, by: 'id', unique: [['user_id', 'secret']] }];
    assert.deepEqual(placementFaults(faulty), [
      'sessions goes by id, which its unique index (user_id, secret) lacks',
      'sessions_user_id_users_id_fk of sessions refers to rows of another node: name it *_cross_owner_fk',
    ]);
  });

  const rules: [rule: Rule, bad: string, good: string][] = [
    [
      'notify',
      `with told as (select pg_notify('a', '')) update sessions set ended_at = $2 where user_id = $1`,
      `select pg_notify('a', '')`,
    ],
    [
      'order',
      `with seen as (select id from devices where user_id = $1), kept as (insert into devices (user_id, id) values ($1, $2)) select * from seen`,
      `with old as (select id from devices where user_id = $1), gone as (delete from devices where user_id = $1 and id in (select id from old)) select * from old`,
    ],
    [
      'copied',
      `with head as (update audit_chains set sequence = sequence + 1 where owner_id = $1 returning sequence)
        insert into audit_events (owner_id, sequence) select $1, sequence from head`,
      `insert into audit_events (owner_id, sequence) select owner_id, sequence from audit_chains where owner_id = $1`,
    ],
    [
      'volatile',
      `update billing_customers set projected = 1 where organization_id = $1 returning clock_timestamp()`,
      `update billing_customers set projected_at = statement_timestamp() where organization_id = $1 returning projected`,
    ],
    [
      'volatile',
      `insert into sessions (user_id, id) values ($1, gen_random_uuid())`,
      `insert into email_messages (id, key) values (gen_random_uuid(), $1)`,
    ],
    [
      'locked-join',
      `select o.* from memberships m join organizations o on o.id = m.organization_id where m.organization_id = $1 for update of o`,
      `select * from organizations where id = $1 for update`,
    ],
    [
      'locked-nodes',
      `select * from organizations where id = any($1) for update`,
      `select * from organizations where id = any($1)`,
    ],
    [
      'place',
      `with batch as (select ctid as row from sessions where user_id = $1) delete from sessions where ctid = any(array(select row from batch))`,
      `with batch as (select ctid as row from sessions where user_id = $1) delete from sessions where user_id = $1 and ctid = any(array(select row from batch))`,
    ],
    [
      'moved',
      `update memberships set organization_id = $2 where organization_id = $1`,
      `update memberships set role = $2 where organization_id = $1`,
    ],
    ['all-nodes', `select * from sessions where true`, `select * from sessions where false`],
    ['all-nodes', `select * from sessions where id = $1`, `select * from sessions where id = $2 and user_id = $1`],
    [
      'all-nodes',
      `select * from sessions where user_id = $1 or id = $2`,
      `select * from sessions where user_id in ($1, $2)`,
    ],
    [
      'all-nodes',
      `select u.* from email_addresses a join users u on u.id = a.user_id where a.address = $1`,
      `select u.*, d.id from users u left join devices d on d.user_id = u.id where u.id = $1`,
    ],
    [
      'two-owners',
      `select * from memberships m join users u on u.id = m.user_id where m.organization_id = $1 and u.id = $2`,
      `select * from memberships m join organizations o on o.id = m.organization_id where o.id = $1`,
    ],
  ];
  for (const [rule, bad, good] of rules) {
    it(`${rule}: finds what breaks it, and nothing else: ${bad.slice(0, 60)}`, () => {
      assert.ok(rulesOf(bad).includes(rule), `${bad}: ${rulesOf(bad)}`);
      assert.deepEqual(rulesOf(good), []);
    });
  }

  it('take two parameters for one owner where they always had the same value', () => {
    const text = 'select * from sessions s join devices d on true where s.user_id = $1 and d.user_id = $2';
    assert.deepEqual(rulesOf(text, [0, 0]), []);
    assert.deepEqual(rulesOf(text, [0, 1]), ['two-owners']);
  });

  it('call volatile what PostgreSQL calls so', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      const { rows } = await client.query(
        'select distinct proname as name, provolatile as kind from pg_proc where proname = any($1)',
        [[...VOLATILE, 'now', 'statement_timestamp', 'sha256', 'md5']],
      );
      const kinds = new Map(rows.map(({ name, kind }) => [name, kind]));
      for (const name of VOLATILE) assert.ok([undefined, 'v'].includes(kinds.get(name)), name);
      for (const name of ['now', 'statement_timestamp', 'sha256', 'md5']) assert.notEqual(kinds.get(name), 'v', name);
    } finally {
      await client.end();
      await database.close();
    }
  });
});
