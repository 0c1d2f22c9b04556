/** The service is no superuser of its database: in a new installation, and in one of a release in which it was, with data and under load. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { request } from '../service.ts';
import { createInstallation, DATABASE_IMAGE, type Installation, RELEASES } from './installation.ts';
import { startLoad } from './load.ts';

const OWNERS = `select string_agg(distinct pg_get_userbyid(relowner), ',') from pg_class
  where relnamespace in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema') and relkind in ('r', 'p', 'v', 'S')`;
/** Of the processes of the service. */
const ROLES = `select string_agg(distinct usename, ',') from pg_stat_activity where application_name like 'plinth%'`;

describe('the role of the service', { timeout: 3_600_000 }, () => {
  let site: Installation;
  const asSuperuser = (sql: string) => site.shell(`docker compose exec -T db psql -tAc "${sql}"`);
  before(async () => {
    site = await createInstallation('plinth-test-role');
  });
  after(() => site?.close());

  it('takes over an installation in which the service was a superuser, under load, and nothing is lost', async (t) => {
    const now = { compose: await readFile('docker-compose.yml', 'utf8'), command: await readFile('plinth', 'utf8') };
    await writeFile(
      site.path('docker-compose.yml'),
      now.compose.replace('plinth_service:', 'plinth:').replaceAll(DATABASE_IMAGE, 'postgres:18.6-bookworm'),
    );
    await writeFile(site.path('plinth'), now.command.replaceAll(/^ +take_role.*$/gm, '  true'));
    await site.works(`docker compose up -d --wait && ./plinth release ${RELEASES.first}`);
    assert.equal(await site.query(ROLES), 'plinth');
    const address = { email: 'kept@example.com', password: 'a long enough passphrase 42' };
    assert.equal((await request(`${site.url}/v1/users`, { body: address })).status, 202);

    await writeFile(site.path('docker-compose.yml'), now.compose);
    await writeFile(site.path('plinth'), now.command);
    const load = startLoad({ url: site.url, paths: ['/v1/plans', '/.well-known/jwks.json'], clients: 4, pauseMs: 20 });
    const released = await site.shell(`./plinth release ${RELEASES.second}`);
    await load.stop();
    assert.equal(released.status, 0, released.output);
    t.diagnostic(`${load.answered} requests answered, ${load.failures.length} failed`);
    assert.deepEqual(load.failures, []);
    assert.equal(
      (await asSuperuser(OWNERS.replaceAll(/\s+/g, ' ').replaceAll('$', '\\$'))).output.trim(),
      'plinth_service',
    );
    assert.equal((await asSuperuser(ROLES)).output.trim(), 'plinth_service');
    assert.equal(await site.query("select count(*) from users where email = 'kept@example.com'"), '1');
    assert.equal(
      (await request(`${site.url}/v1/users`, { body: { ...address, email: 'new@example.com' } })).status,
      202,
    );
  });

  it('leaves the superuser to the socket of the container, once the database has been started again', async () => {
    await site.works('docker compose up -d --wait db');
    const sign = (host: string) => site.shell(`docker compose exec -T db psql -h ${host} -tAc 'select current_user'`);
    assert.match((await sign('db')).output, /pg_hba.conf rejects connection/);
    assert.equal((await sign('/run/postgresql')).output.trim(), 'plinth');
    assert.equal(await site.query('select current_user'), 'plinth_service');
  });

  it('reads no file of the machine, runs no program, and makes no role', async () => {
    // As the service signs in from now on: the container of before had the address of the superuser.
    assert.equal(await site.query('select current_user'), 'plinth_service');
    for (const sql of [
      "copy (select 1) to program 'true'",
      "select pg_read_file('/etc/passwd')",
      'create role another superuser',
      "alter system set log_statement = 'all'",
    ]) {
      const asService = `docker compose exec -T db sh -c 'psql "$DATABASE_URL" --set=ON_ERROR_STOP=1'`;
      const { status, output } = await site.shell(`${asService} <<'SQL'\n${sql}\nSQL`);
      assert.notEqual(status, 0, sql);
      assert.match(output, /permission denied|must be superuser|Only roles with/, sql);
    }
  });

  it('goes back to the release before, and forth, with the same data', async () => {
    for (const version of [RELEASES.first, RELEASES.second]) await site.works(`./plinth release ${version}`);
    assert.equal(await site.query("select count(*) from users where email = 'kept@example.com'"), '1');
  });
});
