/**
 * The commands that the documentation prints for Docker Compose, pasted one after the other into an installation with data: when all is
 * well, with a wrong password, and without a dump. `npm run test:compose` builds the image first.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { printedBlock } from '../printed-blocks.ts';
import { mergeComposeFiles } from './compose-file.ts';

const NAME = 'plinth-test-printed';
const OLD = mergeComposeFiles<{ image: string }>().services.db!.image;
/** The next major version, as far as Compose sees one: an image that keeps its data in a folder of its own. */
const NEXT = 'plinth-test-postgres:19';
/** The parts of docker-compose.yml that the test needs; no port, as a developer's installation may be running. */
const OVERRIDE = {
  services: Object.fromEntries(
    Object.keys(mergeComposeFiles(['docker-compose.yml']).services).map((name) => [
      name,
      ['web', 'worker', 'migrate', 'db'].includes(name)
        ? { ...(name !== 'db' && { image: 'plinth-test:latest' }) }
        : { profiles: ['left-out'] },
    ]),
  ),
};
const ENV: Record<string, string> = {
  APP_ENV: 'production',
  APP_SECRET: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
  APP_URL: 'https://app.example.com',
  API_URL: 'https://api.example.com',
  EMAIL_FROM: 'Plinth <no-reply@example.com>',
  SMTP_URL: 'smtp://127.0.0.1:1',
  POSTGRES_DB: 'plinth',
  POSTGRES_PASSWORD: 'b7NcJ4hGfD1sPaE9',
  GRAFANA_ADMIN_PASSWORD: 'q8Zr2vLk0WmX5tYb',
  COMPOSE_PROJECT_NAME: NAME,
  COMPOSE_FILE: 'docker-compose.yml:override.yml',
};

interface Ended {
  status: number;
  output: string;
}

describe('the printed commands for Docker Compose', { timeout: 900_000 }, () => {
  let folder: string;
  const path = (file: string) => join(folder, file);

  async function shell(commands: string): Promise<Ended> {
    const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME }, maxBuffer: 1e8 };
    return promisify(execFile)('bash', ['-c', `${commands}\n`], options).then(
      ({ stdout, stderr }) => ({ status: 0, output: stdout + stderr }),
      ({ code, stdout, stderr }) => ({ status: Number(code), output: stdout + stderr }),
    );
  }
  async function works(commands: string): Promise<string> {
    const { status, output } = await shell(commands);
    assert.equal(status, 0, `${commands}\n${output}`);
    return output.trim();
  }
  const paste = (mark: string) => shell(printedBlock(mark));

  /** Asks the database that the service uses. */
  const query = (sql: string) =>
    works(
      `docker compose exec -T db sh -c 'psql "$DATABASE_URL" --tuples-only --no-align --set=ON_ERROR_STOP=1' <<'SQL'\n${sql}\nSQL`,
    );
  const rows = async () => Number(await query('select count(*) from witness'));
  const running = async () => (await works('docker compose ps --services --status running')).split('\n').sort();
  const set = async (changes: Record<string, string>) => {
    const lines = Object.entries({ ...ENV, ...changes }).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(path('.env'), lines.join(''));
  };
  const use = async (image: string) =>
    writeFile(path('docker-compose.yml'), (await readFile('docker-compose.yml', 'utf8')).replace(OLD, image));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plinth-compose-'));
    await copyFile('docker-compose.yml', path('docker-compose.yml'));
    await symlink(resolve('dev'), path('dev'));
    const override = `${JSON.stringify(OVERRIDE, undefined, 2)}\n`
      .replace('"web": {', '"web": { "ports": !reset [],')
      .replace('"db": {', '"db": { "ports": !reset []');
    await writeFile(path('override.yml'), override);
    await set({});
    const dockerfile = `FROM ${OLD}\nENV PGDATA=/var/lib/postgresql/19/docker\n`;
    await works(`printf '%s' '${dockerfile}' | docker build -t ${NEXT} -`);
    await works('docker compose up -d --wait web worker');
    await query('create table witness as select generate_series(1, 1000) as n');
  });
  after(async () => {
    await shell('docker compose down --volumes --timeout 1');
    await rm(folder, { recursive: true, force: true });
  });

  it('dump what is there, and keep the dump of before when a dump fails', async () => {
    assert.equal((await paste('compose-dump')).status, 0);
    const dump = await readFile(path('plinth.dump'));
    assert.ok(dump.length > 10_000, `${dump.length} bytes`);

    await set({ POSTGRES_PASSWORD: 'wrong' });
    await works('docker compose up -d --wait db');
    const failed = await paste('compose-dump');
    assert.notEqual(failed.status, 0);
    assert.match(failed.output, /password authentication failed/);
    assert.deepEqual(await readFile(path('plinth.dump')), dump);
    await set({});
    await works('docker compose up -d --wait web worker');
  });

  it('stop at a dump that is damaged or missing before anything is stopped or made', async () => {
    const dump = await readFile(path('plinth.dump'));
    await truncate(path('plinth.dump'), dump.length - 2_000);
    for (const prepare of [async () => {}, () => rm(path('plinth.dump'))]) {
      await prepare();
      assert.notEqual((await paste('compose-restore')).status, 0);
      assert.deepEqual(await running(), ['db', 'web', 'worker']);
      assert.equal(await query("select count(*) from pg_database where datname = 'plinth_restored'"), '0');
    }
    await writeFile(path('plinth.dump'), dump);
  });

  it('restore beside what is there, and everything follows the one name in .env', async () => {
    await query('insert into witness select generate_series(1001, 1500)');
    const restored = await paste('compose-restore');
    assert.equal(restored.status, 0, restored.output);
    assert.equal(await rows(), 1_500, 'the service still has the database of before');

    ENV.POSTGRES_DB = 'plinth_restored';
    await set({});
    const checked = await paste('compose-check');
    assert.equal(checked.status, 0, checked.output);
    assert.equal(await query('select current_database()'), 'plinth_restored');
    assert.equal(await rows(), 1_000);
    await works('docker compose up -d --wait web worker');
    const used = await query("select distinct datname from pg_stat_activity where application_name like 'plinth%'");
    assert.equal(used, 'plinth_restored', 'the service is connected to it');
    await query('insert into witness select generate_series(1, 7)');
  });

  it('upgrade nothing with a wrong password or without a dump, and nothing is lost', async () => {
    await set({ POSTGRES_PASSWORD: 'wrong' });
    await works('docker compose up -d --wait db');
    const failed = await paste('upgrade-before');
    assert.notEqual(failed.status, 0);
    assert.match(failed.output, /password authentication failed/);
    await set({});

    await use(NEXT);
    const second = await paste('upgrade-after');
    assert.notEqual(second.status, 0, 'there is no dump');
    await use(OLD);
    await works('docker compose up -d --wait web worker');
    assert.equal(await rows(), 1_007);
  });

  it('upgrade to a new major version with all that the restored database has, and leave the data of the old one', async () => {
    const first = await paste('upgrade-before');
    assert.equal(first.status, 0, first.output);
    await use(NEXT);
    const second = await paste('upgrade-after');
    assert.equal(second.status, 0, second.output);
    await works('docker compose up -d --wait web worker');
    assert.equal(await rows(), 1_007);
    assert.match(await query('show data_directory'), /\/19\/docker$/);

    await use(OLD);
    await works('docker compose up -d --wait web worker');
    assert.equal(await rows(), 1_007, 'the way back');
    assert.notEqual((await paste('upgrade-cleanup')).status, 0, 'the old data is in use');
    assert.equal(await rows(), 1_007);

    await use(NEXT);
    await works('docker compose up -d --wait web worker');
    assert.equal((await paste('upgrade-cleanup')).status, 0);
    assert.equal(await works('docker compose exec -T db ls /var/lib/postgresql'), '19');
    assert.equal(await rows(), 1_007);
  });
});
