/**
 * Runs the commands of docs/backup-restore.md on a running service. The server must have the same major version as the `pg_dump` on the PATH:
 * `npm run test:restore` ensures that.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { startStripeSandbox } from 'stripe-sandbox';
import { freePort } from '../dev/free-port.ts';
import { type Mailbox, startMailbox } from '../dev/mailbox.ts';
import { administer, createTestDatabase, databaseUrl, randomName } from './database.ts';
import { PRODUCTION, type ServiceProcess, startProcess, until } from './faults/service-process.ts';
import { request } from './service.ts';

const BOB = { email: 'bob@example.com', password: 'correct horse battery staple', name: 'Bob' };
const EVE = { ...BOB, email: 'eve@example.com' };

describe('a backup', { timeout: 300_000 }, () => {
  it('taken while the service works can be restored into a new database, on which the service continues', async (t) => {
    const server = process.env.TEST_DATABASE_URL!;
    const original = await createTestDatabase();
    t.after(() => original.close());
    const directory = await mkdtemp(join(tmpdir(), 'plinth-backup-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const mailbox = await startMailbox({ smtpPort: 0, webPort: 0 });
    t.after(() => mailbox.close());
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const secret = `whsec_${Buffer.from('of this test alone').toString('base64')}`;
    const stripe = await startStripeSandbox({ port: 0, webhooks: [{ url: `${url}/v1/webhooks/stripe`, secret }] });
    t.after(() => stripe.close());
    const env = {
      PATH: process.env.PATH!,
      ...PRODUCTION,
      APP_ENV: 'staging',
      PORT: String(port),
      APP_URL: url,
      API_URL: url,
      SMTP_URL: mailbox.smtpUrl,
      STRIPE_SECRET_KEY: 'sk_test_ofthistest',
      STRIPE_API_BASE: stripe.url,
      STRIPE_WEBHOOK_SECRET: secret,
    };
    await cli({ ...env, DATABASE_URL: original.url }, 'catalog', 'sync', '--apply');

    const before = startProcess(t, 'all', { ...env, DATABASE_URL: original.url });
    await before.ready();
    await demo(url, mailbox, stripe.url);
    const session = await register(url, mailbox, BOB);

    const dump = join(directory, 'plinth.dump');
    const working = keepWorking(url);
    await documented('dump', { ...env, DUMP: dump, DATABASE_URL: original.url });
    await working.stop();
    assert.ok((await stat(dump)).size > 10_000);
    const counts = await rowCounts(original.url);
    await register(url, mailbox, EVE); // after the dump, so not in it
    await stop(before);

    const name = randomName('restored');
    const restored = databaseUrl(server, name);
    t.after(() => administer(server, `drop database if exists ${name} with (force)`));
    await documented('restore', { ...env, DUMP: dump, ADMIN_URL: server, NEW_DATABASE: name, RESTORED_URL: restored });
    await documented('check', { ...env, DATABASE_URL: restored });

    const restoredCounts = await rowCounts(restored);
    assert.deepEqual(Object.keys(restoredCounts), Object.keys(counts), 'the same tables');
    for (const table of ['users', 'organizations', 'memberships', 'invitations', 'api_keys']) {
      assert.ok(table in counts, table);
      assert.equal(restoredCounts[table], counts[table], table);
    }

    const after = startProcess(t, 'all', { ...env, DATABASE_URL: restored });
    await after.ready();
    const token = session.accessToken;
    assert.equal((await request(`${url}/v1/users/me`, { token })).status, 200, "Bob's session is still valid");
    assert.equal((await signIn(url, BOB)).status, 201, "Bob's password");
    assert.equal((await signIn(url, EVE)).status, 401, 'Eve registered after the dump');
    await demo(url, mailbox, stripe.url);
    await stop(after);
  });
});

/** Runs the commands of a marked block in the documentation. */
async function documented(mark: string, env: Record<string, string>): Promise<void> {
  const page = await readFile('docs/backup-restore.md', 'utf8');
  const commands = new RegExp(`^\`\`\`bash ${mark}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)?.[1];
  assert.ok(commands, `docs/backup-restore.md has no block ${mark}`);
  await promisify(execFile)('bash', ['-euc', commands], { env });
}

async function cli(env: Record<string, string>, ...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ['app/cli.ts', ...args], { env });
}

async function demo(apiUrl: string, mailbox: Mailbox, stripeUrl: string): Promise<void> {
  const child = spawn(process.execPath, ['scripts/demo.ts'], {
    env: {
      ...process.env,
      APP_ENV: 'staging',
      API_URL: apiUrl,
      MAILBOX_URL: mailbox.webUrl,
      STRIPE_API_BASE: stripeUrl,
    },
  });
  const [output, errors] = [text(child.stdout), text(child.stderr)];
  const [status] = await once(child, 'close');
  assert.equal(status, 0, `${await output}${await errors}`);
}

function signIn(url: string, { email, password }: typeof BOB) {
  return request(`${url}/v1/sessions`, { body: { email, password } });
}

async function register(url: string, mailbox: Mailbox, person: typeof BOB): Promise<{ accessToken: string }> {
  assert.equal((await request(`${url}/v1/users`, { body: person })).status, 202);
  let token: string | undefined;
  await until('the email arrives', async () => {
    const { body: mails } = await request(`${mailbox.webUrl}/api/email`);
    const mail = mails.find((each: { to: { address: string }[] }) =>
      each.to.some((box) => box.address === person.email),
    );
    token = /[?&]token=([A-Za-z0-9_-]+)/.exec(mail?.text ?? '')?.[1];
    return token !== undefined;
  });
  assert.equal((await request(`${url}/v1/email-verifications/confirm`, { body: { token } })).status, 204);
  const { status, body } = await signIn(url, person);
  assert.equal(status, 201);
  return body;
}

/** Sends requests while the dump is taken. */
function keepWorking(url: string): { stop(): Promise<void> } {
  let stopping = false;
  const running = (async () => {
    for (let count = 0; !stopping; count++) {
      const { status } = await signIn(url, { ...BOB, password: `wrong ${count} but long enough` });
      assert.ok(status < 500, `answered ${status} during the dump`);
    }
  })();
  return {
    async stop() {
      stopping = true;
      await running;
    },
  };
}

async function rowCounts(url: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
    );
    const counts: Record<string, number> = {};
    for (const { name } of rows)
      counts[name] = Number(
        (await client.query(`select count(*) from ${client.escapeIdentifier(name)}`)).rows[0].count,
      );
    return counts;
  } finally {
    await client.end();
  }
}

async function stop(service: ServiceProcess): Promise<void> {
  service.child.kill('SIGTERM');
  const { code } = await service.ended;
  assert.equal(code, 0);
}
