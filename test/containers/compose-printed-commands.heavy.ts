/**
 * The commands that the documentation prints for Docker Compose, pasted one after the other into an installation with data: when all is
 * well, with a wrong password, on a full disk, and without a dump. `npm run test:compose` builds the image first.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { createInstallation, DATABASE_IMAGE, type Installation, RELEASES } from './installation.ts';
import { needsStore, printedComposeCommands } from './printed-compose-commands.ts';

/** The next major version, as far as Compose sees one: an image that keeps its data in a folder of its own. */
const NEXT = 'plinth-test-postgres:19';
const REMOVE_ALL = "docker compose --profile '*' down --volumes";

describe('the printed commands for Docker Compose', { timeout: 3_600_000 }, () => {
  let site: Installation;
  const path = (file: string) => site.path(file);
  const works = (commands: string) => site.works(commands);
  const paste = (mark: string) => site.paste(mark);
  const query = (sql: string) => site.query(sql);
  const rows = async () => Number(await query('select count(*) from witness'));
  const running = async () => (await site.running()).filter((name) => name !== 'proxy');
  const set = (changes: Record<string, string>) => site.set(changes);
  const password = (POSTGRES_PASSWORD: string) => set({ POSTGRES_PASSWORD });
  const RIGHT = 'b7NcJ4hGfD1sPaE9';
  const use = async (image: string) =>
    writeFile(
      path('docker-compose.yml'),
      (await readFile('docker-compose.yml', 'utf8')).replace(DATABASE_IMAGE, image),
    );
  /** The service and its database as `.env` and docker-compose.yml have them now. */
  const start = () => works(`docker compose up -d --wait && ./plinth release ${RELEASES.first}`);

  before(async () => {
    site = await createInstallation('plinth-test-printed');
    const dockerfile = `FROM ${DATABASE_IMAGE}\nENV PGDATA=/var/lib/postgresql/19/docker\n`;
    await works(`printf '%s' '${dockerfile}' | docker build -t ${NEXT} -`);
    await start();
    await query('create table witness as select generate_series(1, 1000) as n');
  });
  after(() => site?.close());

  it('dump what is there, and keep the dump of before when a dump fails', async () => {
    assert.equal((await paste('compose-dump')).status, 0);
    const dump = await readFile(path('plinth.dump'));
    assert.ok(dump.length > 10_000, `${dump.length} bytes`);

    await password('wrong');
    await works('docker compose up -d --wait db');
    const failed = await paste('compose-dump');
    assert.notEqual(failed.status, 0);
    assert.match(failed.output, /password authentication failed/);
    assert.deepEqual(await readFile(path('plinth.dump')), dump);
    await password(RIGHT);
    await start();

    // A disk that is full.
    await works('ln -sf /dev/full plinth.dump.new');
    assert.notEqual((await paste('compose-dump')).status, 0);
    assert.deepEqual(await readFile(path('plinth.dump')), dump);
    await works('rm plinth.dump.new');
  });

  it('stop at a dump that is damaged or missing before anything is stopped or made', async () => {
    const dump = await readFile(path('plinth.dump'));
    await truncate(path('plinth.dump'), dump.length - 2_000);
    for (const prepare of [async () => {}, () => rm(path('plinth.dump'))]) {
      await prepare();
      assert.notEqual((await paste('compose-restore')).status, 0);
      assert.deepEqual(await running(), ['db', 'web', 'web-2', 'worker']);
      assert.equal(await query("select count(*) from pg_database where datname = 'plinth_restored'"), '0');
    }
    await writeFile(path('plinth.dump'), dump);
  });

  it('restore beside what is there, and everything follows the one name in .env', async () => {
    await query('insert into witness select generate_series(1001, 1500)');
    const restored = await paste('compose-restore');
    assert.equal(restored.status, 0, restored.output);
    assert.equal(await rows(), 1_500, 'the service still has the database of before');

    await set({ POSTGRES_DB: 'plinth_restored' });
    const checked = await paste('compose-check');
    assert.equal(checked.status, 0, checked.output);
    assert.equal(await query('select current_database()'), 'plinth_restored');
    assert.equal(await rows(), 1_000);
    await start();
    const used = await query("select distinct datname from pg_stat_activity where application_name like 'plinth%'");
    assert.equal(used, 'plinth_restored', 'the service is connected to it');
    await query('insert into witness select generate_series(1, 7)');
  });

  it('upgrade nothing with a wrong password, on a full disk or without a dump, and nothing is lost', async () => {
    await password('wrong');
    await works('docker compose up -d --wait db');
    const failed = await paste('upgrade-before');
    assert.notEqual(failed.status, 0);
    assert.match(failed.output, /password authentication failed/);
    await password(RIGHT);
    await works('docker compose up -d --wait db && ln -sf /dev/full plinth-upgrade.dump.new');
    assert.notEqual((await paste('upgrade-before')).status, 0, 'the disk is full');
    await works('rm plinth-upgrade.dump.new && [ ! -e plinth-upgrade.dump ]');

    await use(NEXT);
    const second = await paste('upgrade-after');
    assert.notEqual(second.status, 0, 'there is no dump');
    await use(DATABASE_IMAGE);
    await start();
    assert.equal(await rows(), 1_007);
  });

  it('upgrade to a new major version with all that the restored database has, and leave the data of the old one', async () => {
    const first = await paste('upgrade-before');
    assert.equal(first.status, 0, first.output);
    await use(NEXT);
    const second = await paste('upgrade-after');
    assert.equal(second.status, 0, second.output);
    await start();
    assert.equal(await rows(), 1_007);
    assert.match(await query('show data_directory'), /\/19\/docker$/);

    await use(DATABASE_IMAGE);
    await start();
    assert.equal(await rows(), 1_007, 'the way back');
    assert.notEqual((await paste('upgrade-cleanup')).status, 0, 'the old data is in use');
    assert.equal(await rows(), 1_007);

    await use(NEXT);
    await start();
    assert.equal((await paste('upgrade-cleanup')).status, 0);
    assert.equal(await works('docker compose exec -T db ls /var/lib/postgresql'), '19');
    assert.equal(await rows(), 1_007);
  });

  /** Commands that this installation cannot run as printed, and why. */
  const NOT_HERE: Record<string, string> = {
    'docker compose up': 'it does not end; `docker compose up -d` is run',
    'docker compose restart alertmanager': 'the images of the monitoring are not at hand everywhere',
    [REMOVE_ALL]: 'it is the last command below',
    './plinth doctor --production': 'it ends with 1 as long as anything is missing, which production.test.ts tries',
  };
  it('work wherever the documents print them: in runbooks, in tables, in sentences', async () => {
    const seen = printedComposeCommands();
    assert.ok(seen.size > 20, String(seen.size));
    for (const command of Object.keys(NOT_HERE)) assert.ok(seen.has(command), `${command} is printed`);
    for (const [printed, place] of seen) {
      if (printed in NOT_HERE || needsStore(printed)) continue;
      const command = printed.replace(/release (VERSION|1\.4\.0)/, `release ${RELEASES.first}`);
      const { status, output } = await site.shell(command);
      // `doctor` finds the mail server, which this installation has not.
      const isWell =
        status === 0 || (/doctor$/.test(command) && /^ok +database/m.test(output) && /FAULT mail/.test(output));
      assert.ok(isWell, `${place}: ${command}\n${status} ${output}`);
    }
  });

  it('run the SQL of the runbooks as it is printed', async () => {
    const runbooks = globSync('docs/runbooks/*.md');
    let count = 0;
    for (const path of runbooks)
      for (const [, sql] of readFileSync(path, 'utf8').matchAll(/^ *```sql\n(.*?)^ *```/gms)) {
        await query(`begin;\n${sql!.trim().replace(/;?$/, ';')}\nrollback;`);
        count++;
      }
    assert.ok(count > 10, String(count));
  });

  it('remove everything, at the end', async () => {
    await works(REMOVE_ALL);
    assert.equal(await works('docker compose ps --all --quiet'), '');
    assert.equal(await works('docker volume ls --quiet --filter name=plinth-test-printed'), '');
  });
});
