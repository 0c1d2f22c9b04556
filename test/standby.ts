/** A PostgreSQL and a streaming replica of it, both real and used by one test only. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { migrate } from '../app/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../dev/embedded-postgres.ts';
import { removeCluster } from '../dev/postgres-cluster.ts';

const SETTINGS = { fsync: 'off', autovacuum: 'off', max_connections: '60' };

export interface Replicated {
  /** The URL of the primary, which is migrated. */
  readonly primaryUrl: string;
  /** The URL of the replica; it stays the same over a restart. */
  readonly replicaUrl: string;
  /** Runs a statement on either server. */
  on(url: string, text: string): Promise<pg.QueryResult>;
  /** Pauses replay on the replica, so that its data is stale. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stopReplica(): Promise<void>;
  startReplica(): Promise<void>;
}

/** Starts both servers, and stops them after the test. */
export async function startReplicated(t: TestContext): Promise<Replicated> {
  const directories: string[] = [];
  async function directory(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), 'plinth-replica-'));
    await chmod(made, 0o711); // under root, another user runs PostgreSQL and must be able to enter
    directories.push(made);
    return made;
  }
  const running: EmbeddedPostgres[] = [];
  t.after(async () => {
    for (const server of running.reverse()) await server.close();
    for (const made of directories) await removeCluster(made);
  });

  const home = await directory();
  const primary = await startEmbeddedPostgres({ directory: home, settings: SETTINGS });
  running.push(primary);
  await migrate({ url: primary.url });
  const copy = await directory();
  await copyCluster(primary.url, join(home, 'cluster'), join(copy, 'cluster'));

  const { password } = new URL(primary.url);
  const settings = {
    ...SETTINGS,
    primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres password=${password}`,
    // Cancel a statement at once if it blocks the replay.
    max_standby_streaming_delay: '0',
  };
  let replica = await startEmbeddedPostgres({ directory: copy, settings });
  running.push(replica);
  const replicaUrl = replica.url;

  return {
    primaryUrl: primary.url,
    replicaUrl,
    on,
    pause: async () => void (await on(replicaUrl, 'select pg_wal_replay_pause()')),
    resume: async () => void (await on(replicaUrl, 'select pg_wal_replay_resume()')),
    stopReplica: () => replica.close(),
    async startReplica() {
      replica = await startEmbeddedPostgres({ directory: copy, settings, port: replica.port });
      running.push(replica);
    },
  };
}

/** Makes a base backup with PostgreSQL's own functions: the embedded binaries have no `pg_basebackup`. */
async function copyCluster(url: string, from: string, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('replica', true)`);
    await mkdir(join(to, '..'), { recursive: true });
    await promisify(execFile)('cp', ['-a', from, to]);
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    const data = join(to, 'data');
    const log = join(data, 'pg_wal');
    // A segment may have been copied while it was written. The replica fetches segments from the primary instead.
    for (const name of await readdir(log)) if (/^[0-9A-F]{24}/.test(name)) await rm(join(log, name));
    await rm(join(data, 'postmaster.pid'));
    const owner = await stat(data);
    for (const [name, text] of [
      ['backup_label', rows[0]!.labelfile],
      ['standby.signal', ''],
    ] as const) {
      await writeFile(join(data, name), text);
      if (process.getuid?.() === 0) await promisify(execFile)('chown', [`${owner.uid}:${owner.gid}`, join(data, name)]);
    }
  } finally {
    await client.end();
  }
}

async function on(url: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
