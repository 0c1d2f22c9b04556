/**
 * An installation with Docker Compose in a folder of its own, as docs/deploy.md describes it: docker-compose.yml, `plinth`, `.env` and the
 * configuration of the proxy. The image of the service comes from `npm run test:compose`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { freePort } from '../../dev/free-port.ts';
import { printedBlock } from '../printed-blocks.ts';
import { mergeComposeFiles } from './compose-file.ts';

/** Releases of the service that `npm run test:compose` has built: two that work, and one that ends at its start. */
export const RELEASES = { first: 'first', second: 'second', broken: 'broken' } as const;

export const DATABASE_IMAGE = mergeComposeFiles<{ image: string }>().services.db!.image;

const ENV = {
  APP_ENV: 'production',
  APP_SECRET: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
  APP_URL: 'https://app.example.com',
  API_URL: 'https://api.example.com',
  EMAIL_FROM: 'Plinth <no-reply@example.com>',
  SMTP_URL: 'smtp://127.0.0.1:1',
  POSTGRES_DB: 'plinth',
  POSTGRES_PASSWORD: 'b7NcJ4hGfD1sPaE9',
  GRAFANA_ADMIN_PASSWORD: 'q8Zr2vLk0WmX5tYb',
  NETWORK_LIMIT_FACTOR: '1000',
  // The machine may be busy.
  START_PATIENCE_SECONDS: '600',
  IMAGE: 'plinth-test',
  COMPOSE_FILE: 'docker-compose.yml:override.yml',
};

export interface Ended {
  readonly status: number;
  readonly output: string;
}

export interface Installation {
  /** Where the proxy listens. */
  readonly url: string;
  /** Where the other published services listen, by name. */
  readonly published: Readonly<Record<string, string>>;
  path(file: string): string;
  /** Runs commands as a person pastes them. */
  shell(commands: string): Promise<Ended>;
  /** The same for commands that must succeed. @returns what they print */
  works(commands: string): Promise<string>;
  /** Pastes a marked block of the documentation, as printed. */
  paste(mark: string): Promise<Ended>;
  /** Changes lines of `.env`; the others stay, also those that a release has written. */
  set(changes: Readonly<Record<string, string>>): Promise<void>;
  /** Asks the database that the service uses. */
  query(sql: string): Promise<string>;
  /** Services that run, sorted. */
  running(): Promise<string[]>;
  /** Removes containers, volumes and the folder. */
  close(): Promise<void>;
}

export interface InstallationOptions {
  /** Lines of `.env` beside those that every installation of a test has, or instead of them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ports to publish on this machine, by service. The usual ones may be taken by a developer's own installation. */
  readonly publish?: Readonly<Record<string, number>>;
  /** The same for services that start much later: the engine chooses the port then, and `docker compose port` says which. */
  readonly publishLater?: Readonly<Record<string, number>>;
  /** Services that write their own address into pages: their usual port of this machine, if it is free. */
  readonly usual?: readonly string[];
  /** The text of `.env` before all of these. */
  readonly base?: string;
}

/** @param name of the Compose project */
export async function createInstallation(
  name: string,
  { env = {}, publish = {}, publishLater = {}, usual = [], base }: InstallationOptions = {},
): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-compose-'));
  const path = (file: string) => join(folder, file);
  for (const file of ['docker-compose.yml', 'docker-compose.stand-ins.yml', 'plinth']) await copyFile(file, path(file));
  for (const shared of ['deploy', 'dev', 'packages', 'monitoring/caddy', 'monitoring/docker-proxy']) {
    await mkdir(dirname(path(shared)), { recursive: true });
    await symlink(resolve(shared), path(shared));
  }
  const ports: Record<string, number> = {};
  for (const service of ['proxy', ...Object.keys(publish)])
    ports[service] =
      usual.includes(service) && (await isFree(publish[service]!)) ? publish[service]! : await freePort();
  const mappings = Object.entries(ports).map(([service, port]) => [
    service,
    `127.0.0.1:${port}:${publish[service] ?? 5000}`,
  ]);
  for (const [service, port] of Object.entries(publishLater)) mappings.push([service, `127.0.0.1::${port}`]);
  const withStandIns = (env.COMPOSE_FILE ?? ENV.COMPOSE_FILE).includes('stand-ins');
  await writeFile(path('override.yml'), overrideOf(Object.fromEntries(mappings), withStandIns));

  const site = installationIn(
    folder,
    Object.fromEntries(Object.entries(ports).map(([service, port]) => [service, `http://127.0.0.1:${port}`])),
  );
  await writeFile(path('.env'), base ?? '');
  await site.set({ ...(base === undefined && ENV), COMPOSE_PROJECT_NAME: name, ...env });
  return site;
}

/** The installation that a folder has. @param published where services listen on this machine, by name */
export function installationIn(folder: string, published: Readonly<Record<string, string>>): Installation {
  const path = (file: string) => join(folder, file);
  async function shell(commands: string): Promise<Ended> {
    const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME }, maxBuffer: 1e8 };
    return promisify(execFile)('bash', ['-c', `exec </dev/null\n${commands}\n`], options).then(
      ({ stdout, stderr }) => ({ status: 0, output: stdout + stderr }),
      ({ code, stdout, stderr }) => ({ status: Number(code), output: stdout + stderr }),
    );
  }
  async function works(commands: string): Promise<string> {
    const { status, output } = await shell(commands);
    assert.equal(status, 0, `${commands}\n${output}`);
    return output.trim();
  }
  async function set(changes: Readonly<Record<string, string>>): Promise<void> {
    const before = parseEnv(await readFile(path('.env'), 'utf8').catch(() => ''));
    const lines = Object.entries({ ...before, ...changes }).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(path('.env'), lines.join(''));
  }
  return {
    url: published.proxy ?? '',
    published,
    path,
    shell,
    works,
    set,
    paste: (mark) => shell(printedBlock(mark)),
    query: (sql) =>
      works(
        `docker compose exec -T db sh -c 'psql "$DATABASE_URL" --tuples-only --no-align --set=ON_ERROR_STOP=1' <<'SQL'\n${sql}\nSQL`,
      ),
    running: async () => {
      const services = await works('docker compose ps --services --status running');
      return [...new Set(services.split('\n'))].sort();
    },
    async close() {
      await shell("docker compose --profile '*' down --volumes --timeout 1 --remove-orphans");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Free ports, or none, instead of the usual ones. */
function overrideOf(mappings: Record<string, string>, withStandIns: boolean): string {
  const files = withStandIns ? undefined : ['docker-compose.yml'];
  const services = Object.entries(mergeComposeFiles<{ ports?: string[] }>(files).services)
    .filter(([, { ports }]) => ports)
    .map(([name]) => `  ${name}: { ports: ${name in mappings ? `!override ["${mappings[name]}"]` : '!reset []'} }\n`);
  // `./plinth release` builds the checkout; here, the one of the test.
  const build = `  migrate: { build: { context: ${JSON.stringify(resolve('.'))} } }\n`;
  return `services:\n${services.join('')}${build}`;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return free;
}
