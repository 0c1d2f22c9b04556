/**
 * `npm run scale-model`: how large a sharded installation with 100 million users would be. The bytes per row are measured, in a PostgreSQL that it
 * starts and fills with the tables of this release. Everything else is arithmetic over the assumptions at the top: it shows orders of
 * magnitude and how even the shards are, and no speed.
 * @param 1 users of the model, in millions; 100 if absent
 */
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../app/migrate.ts';
import { loadPlacements } from '../../app/placements.ts';
import { startEmbeddedPostgres } from '../../dev/embedded-postgres.ts';
import { removeCluster } from '../../dev/postgres-cluster.ts';
import { SAMPLE } from './sample.ts';

const USERS = Number(process.argv[2] ?? 100) * 1e6;
/** Rows per user, after years: what retention leaves. An organization per user is the personal one. */
const ROWS_PER_USER: Readonly<Record<string, number>> = {
  users: 1,
  email_addresses: 1,
  sessions: 2,
  devices: 2,
  organizations: 1.1,
  organization_slugs: 1.1,
  memberships: 1.5,
  audit_chains: 2.1,
  audit_events: 30,
};
const NODES = 8;
/** Citus' default number of shards. */
const SHARDS = 32;
const DAILY_ACTIVE = 0.1;
const PEAK = 3;
const API_PROCESSES = 64;
const WORKER_PROCESSES = 16;

/** Statements per active user and day: 4 changes of 6, 20 refreshes of 2 and 8 reads of one owner; a sign-in by address or a list of organizations. */
const STATEMENTS = {
  'of one node': 4 * 6 + 20 * 2 + 8,
  'of all nodes': 1 + 0.3,
  'of the coordinator': 6,
} as const;

/** The largest organizations have as many members as this share of all memberships, by rank (Zipf). */
const LARGEST_SHARE = 1e-3;

const directory = await mkdtemp(join(tmpdir(), 'plinth-scale-model-'));
const server = await startEmbeddedPostgres({ directory, settings: { fsync: 'off', autovacuum: 'off' } });
try {
  await migrate({ url: server.url });
  report(await measureBytes(server.url));
  await reportShards();
  reportStatements();
} finally {
  await server.close();
  await removeCluster(directory);
}

/** @returns the bytes of a row of each table, with its share of the indexes */
async function measureBytes(url: string): Promise<Map<string, number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(SAMPLE);
    const sizes = new Map<string, number>();
    for (const name of Object.keys(ROWS_PER_USER)) {
      const { rows } = await client.query(
        `select pg_total_relation_size('${name}')::float8 / (select count(*) from ${name}) as bytes`,
      );
      sizes.set(name, rows[0].bytes);
    }
    return sizes;
  } finally {
    await client.end();
  }
}

function report(bytes: ReadonlyMap<string, number>): void {
  print(`\n${(USERS / 1e6).toFixed(0)} million users on ${NODES} nodes, ${SHARDS} shards\n`);
  print('| table | bytes per row, with indexes | rows | GB | GB per node |\n|---|---|---|---|---|');
  let all = 0;
  for (const [name, perUser] of Object.entries(ROWS_PER_USER)) {
    const rows = USERS * perUser;
    const size = (rows * bytes.get(name)!) / 1e9;
    all += size;
    print(
      `| \`${name}\` | ${bytes.get(name)!.toFixed(0)} | ${(rows / 1e6).toFixed(0)} million | ${size.toFixed(0)} | ${(size / NODES).toFixed(1)} |`,
    );
  }
  print(`| all | | | ${all.toFixed(0)} | ${(all / NODES).toFixed(0)} |`);
}

/** Owners are dealt to shards by a hash of their id; organizations differ in size. One owner is never on two nodes. */
async function reportShards(): Promise<void> {
  const placed = (await loadPlacements()).filter(({ by }) => by !== null);
  const shards = new Array<number>(SHARDS).fill(0);
  const memberships = USERS * ROWS_PER_USER.memberships!;
  // The many small ones are as even as their number says; the large ones are dealt one by one.
  const large = 10_000;
  let dealt = 0;
  for (let rank = 1; rank <= large; rank++) {
    const members = (memberships * LARGEST_SHARE) / rank;
    dealt += members;
    shards[createHash('sha256').update(`organization ${rank}`).digest().readUInt32BE() % SHARDS]! += members;
  }
  const even = (memberships - dealt) / SHARDS;
  const rows = shards.map((some) => some + even);
  const [least, most] = [Math.min(...rows), Math.max(...rows)];
  print(
    `\n${placed.length} tables are distributed. Memberships per shard: ${(least / 1e6).toFixed(2)} to ${(most / 1e6).toFixed(2)} million; the largest organization has ${Math.round(memberships * LARGEST_SHARE)} members.`,
  );
}

function reportStatements(): void {
  const perSecond = (USERS * DAILY_ACTIVE * PEAK) / 86_400;
  const one = perSecond * STATEMENTS['of one node'];
  const all = perSecond * STATEMENTS['of all nodes'];
  const own = perSecond * STATEMENTS['of the coordinator'];
  const perNode = one / NODES + all * (SHARDS / NODES);
  const toCoordinator = API_PROCESSES * 15 + WORKER_PROCESSES * 18;
  print('\n| at the busiest hour | per second |\n|---|---|');
  print(`| statements of one owner | ${one.toFixed(0)}, ${(one / NODES).toFixed(0)} on each node |`);
  print(`| statements that visit all nodes | ${all.toFixed(0)}, each of them ${SHARDS / NODES} times on each node |`);
  print(`| statements of the coordinator alone (jobs, emails) | ${own.toFixed(0)} |`);
  print(`| statements on each node | ${perNode.toFixed(0)} |`);
  print(
    `\nConnections: ${toCoordinator} from ${API_PROCESSES} api and ${WORKER_PROCESSES} worker processes to the coordinator, and as many from it to each node at most.`,
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
