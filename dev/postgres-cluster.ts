/**
 * The files of an embedded PostgreSQL: where they lie, whom they belong to, and their making.
 * Starting and stopping the server on them is `embedded-postgres.ts`.
 *
 * A cluster is a folder with `data/` and `password`, closed to every other user of the machine. It is `<directory>/cluster`.
 * Under root that may be a link: PostgreSQL refuses to run as root, and the account that runs it in root's place can't enter
 * a checkout below, say, /root. Then cluster and binaries lie in /var/lib/plinth, where only root can put things (so that
 * nobody can plant a link) and nothing cleans up after a month (as in /tmp and /var/tmp).
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

/** What PostgreSQL's programs see of the environment: nothing of the caller's that could bend their behaviour or language. */
export const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

/**
 * Finds the cluster of a directory, or makes it.
 *
 * @throws Error when the cluster belongs to another user, or can't be made
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

/** Deletes a directory and the cluster it stands for. Its server must have been closed. */
export async function removeCluster(directory: string): Promise<void> {
  const home = await realpath(directory).catch(() => undefined);
  if (!home) return;
  const target = await readlink(join(home, 'cluster')).catch(() => undefined);
  if (target === relocated(home)) await rm(target, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
}

/** A checkout that was started by an ordinary user keeps working when root starts it, and stays that user's. */
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
  // No link, or (in a copy of a checkout) the original's: what lies at the place is of an earlier checkout, now deleted.
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
    // Closed to us, so it is another's; the folder around it says whose.
    return error.code === 'EACCES' ? lstat(dirname(data)) : undefined;
  });
  return stats && { uid: stats.uid, gid: stats.gid };
}

function belongsToAnother(path: string, owner: Account): Error {
  return new Error(`The database in ${path} belongs to user id ${owner.uid}. Start as that user, or delete it.`);
}

/** Made under another name and renamed when whole, so that no crash or simultaneous start leaves or meets half a cluster. */
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
        // PostgreSQL's own Unicode rules: the same order and case mapping on every machine, whatever its C library has.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        // Twice as fast, and a machine that crashes in this second leaves a draft, not a cluster.
        '--no-sync',
      ],
      { cwd: '/', env: environment, ...account },
    );
    await rename(draft, path).catch((error) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // a simultaneous start was first
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
