/**
 * Tests our part of `cp .env.example .env && docker compose up`: the services of the image and the Stripe sandbox, each with the command, the
 * variables and the mounts in `docker-compose.yml`. Only addresses differ: all services use the host's network here, and PostgreSQL and the
 * mailbox are the test's, because their images are not available everywhere.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { freePort } from '../../dev/free-port.ts';
import { startMailbox } from '../../dev/mailbox.ts';
import { administer, databaseUrl, randomName } from '../database.ts';
import { type ComposeService, interpolate, readComposeFile } from './compose-file.ts';
import { BASE_IMAGE, type Container, engine, HARDENING, startContainer } from './engine.ts';

describe('docker compose up, with a copy of .env.example', { timeout: 300_000 }, () => {
  it('fills in variables as Compose does', () => {
    const variables = { SET: 'x', EMPTY: '' };
    const filled = [
      `\${SET}`,
      `\${UNSET}`,
      `\${EMPTY:-a\${SET}b}c`,
      `\${SET:+y}`,
      `\${EMPTY:+y}`,
      `p\${UNSET:-\${SET:?m}}q`,
    ];
    assert.deepEqual(
      filled.map((each) => interpolate(each, variables)),
      ['x', '', 'axbc', 'y', '', 'pxq'],
    );
    assert.throws(() => interpolate(`\${EMPTY:?set it}`, variables), /EMPTY: set it/);
  });

  it('starts a service that passes the demo, and serves the pages that links in emails lead to', async (t) => {
    const mailbox = await startMailbox({ smtpPort: 0, webPort: 0 });
    t.after(() => mailbox.close());
    const [port, stripePort] = [await freePort(), await freePort()];
    const services = readComposeFile({ DATABASE_URL: await emptyDatabase(t) });
    const addresses: [RegExp, string][] = [
      [/\bmailpit:1025\b/g, new URL(mailbox.smtpUrl).host],
      [/\bstripe-sandbox:12111\b/g, `127.0.0.1:${stripePort}`],
      [/\b(localhost|web):5000\b/g, `127.0.0.1:${port}`],
      [/^--port=12111$/, `--port=${stripePort}`],
    ];
    const moved = (value: string) => addresses.reduce((result, [from, to]) => result.replace(from, to), value);
    const start = async (name: string, own: Record<string, string> = {}): Promise<Container> => {
      const { command, environment, volumes } = services[name]!;
      const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, moved(value)]));
      const ports = { PORT: String(await freePort()), METRICS_PORT: String(await freePort()) };
      return startContainer(t, { command, volumes, env: { ...env, ...ports, HOST: '127.0.0.1', ...own }, port });
    };

    await startSandbox(t, services['stripe-sandbox']!, moved);
    for (const oneOff of ['migrate', 'catalog']) {
      const container = await start(oneOff);
      assert.equal(await container.ended(), 0, `${oneOff}: ${await container.logs()}`);
    }
    const web = await start('web', { PORT: String(port) });
    const worker = await start('worker');
    await web.ready();
    const page = await fetch(`${web.url}/verify-email?token=x`);
    assert.equal(page.status, 200, 'the page that a link in an email leads to');

    const demo = spawn(process.execPath, ['scripts/demo.ts'], {
      env: {
        ...process.env,
        API_URL: web.url,
        MAILBOX_URL: mailbox.webUrl,
        STRIPE_API_BASE: `http://127.0.0.1:${stripePort}`,
      },
    });
    const [output, errors] = [text(demo.stdout), text(demo.stderr)];
    const [status] = await once(demo, 'close');
    assert.equal(status, 0, `${await output}${await errors}\n${(await worker.logs()).slice(-2_000)}`);
    await engine('exec', worker.name, 'node', 'app/healthcheck.ts');
  });
});

async function emptyDatabase(t: TestContext): Promise<string> {
  const server = process.env.TEST_DATABASE_URL!;
  const name = randomName('compose');
  await administer(server, `create database ${name}`);
  t.after(() => administer(server, `drop database ${name} with (force)`));
  return databaseUrl(server, name);
}

/** Runs the sandbox from the sources in the base image, as the user `node`, with a volume for its state. */
async function startSandbox(t: TestContext, service: ComposeService, moved: (text: string) => string): Promise<void> {
  const name = `plinth-test-${randomBytes(4).toString('hex')}`;
  const mounts = service.volumes.map((volume) => `--volume=${volume.replace('stripe-data:', `${name}:`)}`);
  t.after(async () => {
    await engine('rm', '--force', name);
    await engine('volume', 'rm', name);
  });
  const options = ['--detach', `--name=${name}`, '--network=host', '--user=node', ...HARDENING, ...mounts];
  await engine('run', ...options, BASE_IMAGE, ...service.command.map(moved));
  const { port } = new URL(`http://${moved('stripe-sandbox:12111')}`);
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/_sandbox/clock`).catch(() => undefined);
    if (answer?.ok) return;
    const state = await engine('inspect', '--format={{.State.Status}}', name);
    assert.notEqual(state, 'exited', await engine('logs', name).catch(String));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
