/**
 * The files of an embedded PostgreSQL: their place, their owner, and their creation. `embedded-postgres.ts` starts and stops the server on them.
 *
 * A cluster is a folder with `data/` and `password` that no other user of the machine can enter. It is `<directory>/cluster`. Under root that may
 * be a link: PostgreSQL refuses to run as root, and the account that runs it instead cannot enter a checkout below, for example, /root. Then the
 * cluster and the binaries are in /var/lib/plinth. Only root can write there, so that nobody can plant a link, and no cleanup deletes it after a
 * month (as in /tmp and /var/tmp).
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, canEnter, postgresBinaries } from './postgres-binaries.ts';

const SHARED_DIRECTORY = '/var/lib/plinth';
const ABANDONED_DRAFT_MS = 10 * 60 * 1000;

export type Cluster = { path: string; data: string; binaries: string; password: string; account: Account | undefined };

/** The environment of PostgreSQL's programs. It excludes the caller's variables, which could change their behaviour or language. */
export const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

/**
 * Finds the cluster of a directory, or creates it.
 *
 * @throws Error if the cluster belongs to another user, or cannot be created
 */
export async function openCluster(directory: string): Promise<Cluster> {
  await mkdir(directory, { recursive: true });
  const home = await realpath(directory);
  const account = await accountFor(home);
  const binaries = await postgresBinaries(account, SHARED_DIRECTORY);
  const path = account ? await placeFor(home, account) : join(home, 'cluster');
  const data = join(path, 'data');

  const owner = await ownerOf(data);
  if (!owner) await initialise(path, binaries, account);
  else if (owner.uid !== (account?.uid ?? process.getuid?.())) throw belongsToAnother(path, owner);
  return { path, data, binaries, password: await readFile(join(path, 'password'), 'utf8'), account };
}

/** Deletes a directory and its cluster. Stop its server first. */
export async function removeCluster(directory: string): Promise<void> {
  const home = await realpath(directory).catch(() => undefined);
  if (!home) return;
  const target = await readlink(join(home, 'cluster')).catch(() => undefined);
  if (target === relocated(home)) await rm(target, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
}

/**
 * The account to run PostgreSQL as. When root starts a checkout of an ordinary user, that is the user, so that the checkout keeps working for
 * them.
 */
async function accountFor(home: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await ownerOf(join(home, 'cluster', 'data'));
  if (owner && owner.uid !== 0) return owner;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const user = users.find((fields) => fields[0] === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as.');
}

async function placeFor(home: string, account: Account): Promise<string> {
  const inPlace = join(home, 'cluster');
  const target = await readlink(inPlace).catch(() => undefined);
  if (target === undefined && (await canEnter(home, account))) return inPlace;

  const place = relocated(home);
  if (target === place) return place;
  // There is no link yet, or it is that of the checkout that this one was copied from. Files at the target belong to an earlier checkout that was
  // deleted.
  await rm(inPlace, { recursive: true, force: true });
  await rm(place, { recursive: true, force: true });
  await mkdir(SHARED_DIRECTORY, { recursive: true });
  await chmod(SHARED_DIRECTORY, 0o755);
  await symlink(place, inPlace);
  return place;
}

function relocated(home: string): string {
  return join(SHARED_DIRECTORY, `cluster-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`);
}

async function ownerOf(data: string): Promise<Account | undefined> {
  const stats = await stat(data).catch((error) => {
    // The data directory cannot be entered, so it belongs to another user. The owner of its folder is that user.
    return error.code === 'EACCES' ? lstat(dirname(data)) : undefined;
  });
  return stats && { uid: stats.uid, gid: stats.gid };
}

function belongsToAnother(path: string, owner: Account): Error {
  return new Error(
    `The database in ${path} belongs to user id ${owner.uid}. Start the service as that user, or delete the database.`,
  );
}

/** Creates the cluster under a temporary name and renames it when complete, so that a crash or a simultaneous start never meets half a cluster. */
async function initialise(path: string, binaries: string, account: Account | undefined): Promise<void> {
  await removeAbandonedDrafts(path);
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const password = join(draft, 'password');
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(password, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
    if (account) await Promise.all([draft, password].map((file) => chown(file, account.uid, account.gid)));
    await promisify(execFile)(
      join(binaries, 'initdb'),
      [
        `--pgdata=${join(draft, 'data')}`,
        '--username=postgres',
        `--pwfile=${password}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // PostgreSQL's own Unicode rules give the same sort order and case mapping on every machine, independent of its C library.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        // This is twice as fast. A machine that crashes during this second leaves an unfinished draft, not a cluster.
        '--no-sync',
      ],
      { cwd: '/', env: environment, ...account },
    );
    await rename(draft, path).catch((error) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // a simultaneous start created it first
    });
  } catch (cause) {
    throw new Error(`The embedded PostgreSQL's data could not be made in ${path}: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function removeAbandonedDrafts(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    const draft = join(dirname(path), name);
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const { mtimeMs } = await stat(draft).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > ABANDONED_DRAFT_MS) await rm(draft, { recursive: true, force: true });
  }
}
