/** The checks of `doctor`: those of the mechanisms here, and those that features declare. */
import { sql } from 'drizzle-orm';
import * as features from '../features.ts';
import { migrationState } from '../migrations.ts';
import { type Check, type Finding, reasonOf } from '../platform/cli/checks.ts';
import { clockOffsetMs, describeOffset, MAX_OFFSET_MS } from '../platform/database/clock-offset.ts';
import type { Database } from '../platform/database/database.ts';
import { driverError } from '../platform/database/failures.ts';
import { describeState } from '../platform/database/migrations/migrate.ts';
import { inOrder } from '../platform/feature.ts';
import type { Service } from '../wiring.ts';

const MAX_JOB_AGE_SECONDS = 300;
const MAX_LAG_SECONDS = 30;
/** `npm run test:restore` works on this version. */
const OLDEST_POSTGRESQL = 15;
const FEATURE_NOT_SUPPORTED = '0A000';

/** In the order in which they make sense: what comes later needs what comes before. */
const foundation: readonly Check<Service>[] = [
  async ({ db }) => {
    const { rows } = await db.execute<{ version: string; number: number }>(
      sql`select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
    );
    const { version, number } = rows[0]!;
    const ok = number >= OLDEST_POSTGRESQL * 10_000;
    return {
      check: 'database',
      ok,
      detail: `PostgreSQL ${version}${ok ? '' : `; Plinth needs ${OLDEST_POSTGRESQL} or newer`}`,
    };
  },
  async ({ db }) => {
    const missing = describeState(await migrationState(db));
    return {
      check: 'migrations',
      ok: !missing,
      detail: missing ? `${missing}; run: node app/cli.ts migrate` : 'current',
    };
  },
  async ({ db, clock }) => {
    const offsetMs = await clockOffsetMs(db, clock);
    const ok = Math.abs(offsetMs) <= MAX_OFFSET_MS;
    const advice = 'repair time synchronisation (NTP)';
    return { check: 'clock', ok, detail: `${describeOffset(offsetMs)}${ok ? '' : `; ${advice}`}` };
  },
  async ({ replica }) => {
    const check = 'replica';
    if (!replica) return { check, ok: true, detail: 'none: DATABASE_REPLICA_URL is not set' };
    try {
      const { rows } = await replica.execute<{ standby: boolean }>(sql`select pg_is_in_recovery() as standby`);
      if (!rows[0]!.standby)
        return { check, ok: false, detail: 'is no replica; set DATABASE_REPLICA_URL to one, or remove it' };
      const seconds = await lagOf(replica);
      if (seconds === undefined) return { check, ok: true, detail: 'answers; how far behind it is, it cannot say' };
      const ok = seconds < MAX_LAG_SECONDS;
      const advice = 'lists are as old; look at its load and its network, or remove DATABASE_REPLICA_URL meanwhile';
      return { check, ok, detail: `${seconds} s behind${ok ? '' : `; ${advice}`}` };
    } catch (error) {
      const advice = 'the primary is read meanwhile; check DATABASE_REPLICA_URL and the server';
      return { check, ok: false, detail: `cannot be asked (${reasonOf(error)}); ${advice}` };
    }
  },
  async ({ redis }) => {
    const check = 'redis';
    if (!redis) return { check, ok: true, detail: 'none: REDIS_URL is not set' };
    const reason = await redis.probe();
    const advice = 'rate limits are counted in PostgreSQL meanwhile; check REDIS_URL and the server';
    return { check, ok: !reason, detail: reason ? `${reason}; ${advice}` : 'answers' };
  },
];

const jobQueues: Check<Service> = async ({ db }) => {
  const { rows } = await db.execute<{ name: string; seconds: number }>(sql`
    select name, extract(epoch from now() - min(start_after))::int as seconds from pgboss.job
    where state < 'active' and start_after <= now() and name not like '\\_\\_pgboss%' and name not like '%.dead'
    group by name order by seconds desc limit 1`);
  const [oldest] = rows;
  const ok = !oldest || oldest.seconds < MAX_JOB_AGE_SECONDS;
  const seen = oldest ? `the oldest waits ${oldest.seconds} s in ${oldest.name}` : 'no job waits';
  return {
    check: 'job queues',
    ok,
    detail: `${seen}${ok ? '' : '; is a worker running? (node app/main.ts worker)'}`,
  };
};

/** Jobs that failed for the last time. They wait for a person. */
const deadLetters: Check<Service> = async ({ db }) => {
  const { rows } = await db.execute<{ name: string; count: number }>(sql`
    select name, count(*)::int as count from pgboss.job
    where name like '%.dead' and state < 'active' group by name order by name`);
  const ok = rows.length === 0;
  const seen = rows.map(({ name, count }) => `${count} in ${name}`).join(', ');
  return { check: 'dead letters', ok, detail: ok ? 'none' : `${seen}; follow docs/runbooks/dead-letters.md` };
};

/** All findings; without the tables of this release, those up to there. */
export async function examine(service: Service): Promise<Finding[]> {
  const ofFeatures = await Promise.all(inOrder(features).map(async ({ checks }) => (await checks?.())?.checks ?? {}));
  const checks = [
    ...foundation,
    ...ofFeatures.flatMap(({ own = [] }): readonly Check<Service>[] => own),
    jobQueues,
    deadLetters,
    ...ofFeatures.flatMap(({ providers = [] }): readonly Check<Service>[] => providers),
  ];
  const found: Finding[] = [];
  for (const check of checks) {
    const finding = await check(service);
    found.push(finding);
    if (finding.check === 'migrations' && !finding.ok) break;
  }
  return found;
}

/** Of a streaming replica, in seconds. Aurora's readers have no such functions, and say so: undefined. */
async function lagOf(replica: Database): Promise<number | undefined> {
  try {
    const { rows } = await replica.execute<{ seconds: number }>(sql`
      select case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
        else coalesce(extract(epoch from now() - pg_last_xact_replay_timestamp()), 0)::int end as seconds`);
    return rows[0]!.seconds;
  } catch (error) {
    if ((driverError(error) as { code?: string }).code === FEATURE_NOT_SUPPORTED) return undefined;
    throw error;
  }
}
