/** Creates an organization of all seeded users for a benchmark, with its members, audit trail and keys, by SQL. */
import pg from 'pg';
import { sealer, userId } from '../../../../bench/seed.ts';
import { createCursors } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/security/random.ts';
import { hashOfKey, makeKey } from '../api-key-format.ts';
import { permissions } from '../roles.ts';

export const ORGANIZATION = '01989d5e-0000-7000-a000-000000000001';
export const path = `/v1/organizations/${ORGANIZATION}`;
const cursors = createCursors(sealer);

export interface Key {
  readonly id: string;
  readonly secret: string;
}

/** Makes every user a member and user 0 the owner, and writes as many audit events. */
export async function seedOrganization(url: string, members: number): Promise<void> {
  await withClient(url, async (client) => {
    const now = new Date();
    await client.query('begin');
    // Foreign keys are correct by construction, as in `seed.ts`.
    await client.query('set local session_replication_role = replica');
    const organization = 'insert into organizations (id, name, slug, personal, created_at, updated_at)';
    await client.query(`${organization} values ($1, 'Benchmark', 'benchmark', false, $2, $2)`, [ORGANIZATION, now]);
    await client.query('insert into organization_slugs (slug, organization_id) values ($1, $2)', [
      'benchmark',
      ORGANIZATION,
    ]);
    await client.query(
      `insert into memberships (organization_id, user_id, role, created_at)
       select $1, id, case when id = $2 then 'owner' else 'member' end, date_trunc('milliseconds', created_at) from users`,
      [ORGANIZATION, userId(0)],
    );
    await client.query(
      `insert into audit_events (owner_id, sequence, id, occurred_at, actor_type, actor_id, action, target_type, target_id,
         request_id, ip_address, user_agent, details, hash)
       select $1, n, gen_random_uuid(), $2::timestamptz - ($3::int - n) * interval '1 second', 'user', $4,
         (array['member.joined', 'organization.updated', 'api_key.created'])[1 + n % 3], 'user', $4, gen_random_uuid()::text, '203.0.113.7',
         'benchmark', '{"before": {"role": "member"}, "after": {"role": "admin"}}', sha256(n::text::bytea)
       from generate_series(1, $3::int) n`,
      [ORGANIZATION, now, members, userId(0)],
    );
    await client.query(`insert into audit_chains (owner_id, sequence, hash) values ($1, $2, sha256(''))`, [
      ORGANIZATION,
      members,
    ]);
    await client.query('commit');
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  });
}

/** Adds keys of the owner with every scope. They count as just used, so that their last use is not written during a measurement. */
export async function seedKeys(url: string, count: number): Promise<Key[]> {
  const keys = Array.from({ length: count }, () => {
    const id = newId();
    return { id, secret: makeKey(ORGANIZATION, id) };
  });
  await withClient(url, (client) =>
    client.query(
      `insert into api_keys (organization_id, id, name, hash, hint, scopes, created_by, created_at, last_used_at)
       select $1, id, 'benchmark', hash, 'plk_…', $4, $5, now(), now() + interval '1 day' from unnest($2::uuid[], $3::bytea[]) as key (id, hash)`,
      [ORGANIZATION, keys.map(({ id }) => id), keys.map(({ secret }) => hashOfKey(secret)), permissions, userId(0)],
    ),
  );
  return keys;
}

/** Cursors at `count` places, spread over the list of members. */
export async function memberCursors(url: string, members: number, count: number): Promise<string[]> {
  const users = Array.from({ length: count }, (_, index) => userId(Math.floor((index * members) / count)));
  return withClient(url, async (client) => {
    const text = 'select created_at, user_id from memberships where organization_id = $1 and user_id = any($2)';
    const { rows } = await client.query<{ created_at: Date; user_id: string }>(text, [ORGANIZATION, users]);
    return rows.map((row) => cursors.encode(`members ${ORGANIZATION}`, [row.created_at.toISOString(), row.user_id]));
  });
}

/** Cursors at `count` places, spread over the list of events. */
export function eventCursors(events: number, count: number): string[] {
  const sequences = Array.from({ length: count }, (_, index) => 101 + Math.floor((index * (events - 101)) / count));
  return sequences.map((sequence) => cursors.encode(`audit-events ${ORGANIZATION}`, [String(sequence)]));
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
