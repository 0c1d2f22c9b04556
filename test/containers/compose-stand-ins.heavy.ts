/**
 * `cp .env.example .env && docker compose up`, on a real engine, without the monitoring: the demo passes, and no program reaches one that it has
 * nothing to do with. The proxy before Docker's socket stands before the socket of that engine.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { createInstallation, type Installation, RELEASES } from './installation.ts';

/** The pages of the sandbox lead to themselves at this port. */
const SANDBOX_PORT = 12_111;

/** Connects to each address, and prints those that answer within a second. */
const PROBE = `
const net = require('node:net');
const dns = require('node:dns/promises');
const tries = process.argv.slice(1).map(async (target) => {
  const [host, port] = target.split(':');
  const address = await dns.lookup(host).catch(() => undefined);
  if (!address) return;
  return new Promise((resolve) => {
    const socket = net.connect({ host: address.address, port, timeout: 1000 });
    socket.on('connect', () => { socket.destroy(); resolve(target); });
    for (const event of ['error', 'timeout']) socket.on(event, () => { socket.destroy(); resolve(); });
  });
});
Promise.all(tries).then((found) => process.stdout.write(JSON.stringify(found.filter(Boolean))));
`;

describe('docker compose up, with a copy of .env.example', { timeout: 3_600_000 }, () => {
  let site: Installation;
  before(async () => {
    site = await createInstallation('plinth-test-stand-ins', {
      base: await readFile('.env.example', 'utf8'),
      publish: { edge: 443, mailpit: 8025, 'stripe-sandbox': SANDBOX_PORT },
      usual: ['stripe-sandbox'],
      env: {
        COMPOSE_FILE: 'docker-compose.yml:docker-compose.stand-ins.yml:override.yml',
        COMPOSE_PROFILES: 'development',
        IMAGE: 'plinth-test',
        RELEASE: RELEASES.first,
      },
    });
    await site.set({ API_URL: site.url, APP_URL: site.url });
    await site.works('docker compose up --detach --wait web web-2 worker proxy mailpit stripe-sandbox');
    await site.works('docker compose up --detach catalog');
    await site.works('docker compose up --detach --wait docker-proxy');
  });
  after(() => site?.close());

  async function reached(service: string, targets: string[]): Promise<string[]> {
    const probe = `docker compose exec -T ${service} node -e "$PROBE" -- ${targets.join(' ')}`;
    return JSON.parse(await site.works(`PROBE=$(cat <<'EOS'\n${PROBE}\nEOS\n)\n${probe}`));
  }
  /** The addresses of a service on all of its networks. */
  async function addressesOf(service: string): Promise<string[]> {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
    return (await site.works(`docker inspect --format '${format}' $(docker compose ps -q ${service})`))
      .trim()
      .split(/\s+/);
  }

  it('runs a service that passes the demo', async (t) => {
    if (new URL(site.published['stripe-sandbox']!).port !== String(SANDBOX_PORT))
      return t.skip(`port ${SANDBOX_PORT} is taken by another sandbox`);
    const env = {
      ...process.env,
      API_URL: site.url,
      MAILBOX_URL: site.published.mailpit,
      STRIPE_API_BASE: site.published['stripe-sandbox'],
    };
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/demo.ts'], { env });
    assert.match(stdout, /steps, all as expected/);
  });

  it('lets the stand-ins and the proxy reach only what they use, by name and by address', async () => {
    assert.deepEqual(await reached('web', ['db:5432', 'stripe-sandbox:12111', 'mailpit:1025']), [
      'db:5432',
      'stripe-sandbox:12111',
      'mailpit:1025',
    ]);
    const forbidden = ['db:5432', 'proxy:5000', 'docker-proxy:2375'];
    const addresses = [
      ...(await addressesOf('db')).map((address) => `${address}:5432`),
      ...(await addressesOf('docker-proxy')).map((address) => `${address}:2375`),
    ];
    assert.ok(addresses.length >= 3);
    assert.deepEqual(await reached('stripe-sandbox', [...forbidden, ...addresses]), []);
    assert.deepEqual(await reached('web', ['docker-proxy:2375', addresses.at(-1)!]), []);
  });

  it('shows through the proxy before the socket the logs of this project, and no variable or file', async () => {
    const ask = async (path: string) =>
      site.works(
        `docker compose exec -T docker-proxy node -e "fetch('http://127.0.0.1:2375${path}').then(async (answer) => console.log(answer.status + ' ' + await answer.text()))"`,
      );
    const db = await site.works('docker compose ps -q db');
    const list = await ask('/containers/json');
    assert.ok(list.includes(db));
    const listed: { Labels: Record<string, string> }[] = JSON.parse(list.slice(4));
    for (const { Labels } of listed) assert.equal(Labels['com.docker.compose.project'], 'plinth-test-stand-ins');
    assert.match(await ask(`/v1.41/containers/${db}/logs?stdout=1&stderr=1&tail=5`), /^200 /);
    const inspected = await ask(`/v1.41/containers/${db}/json`);
    assert.match(inspected, /^200 .*"Tty":false/);
    assert.ok(!inspected.includes('POSTGRES_PASSWORD') && !inspected.includes('change-me'));
    assert.match(await ask(`/containers/${db}/archive?path=/var/lib/postgresql`), /^403 /);
    assert.match(await ask(`/containers/${db}/export`), /^403 /);
  });

  it('gives web and worker no password of another program', async () => {
    for (const service of ['web', 'web-2', 'worker']) {
      const variables = await site.works(`docker compose exec -T ${service} node -p 'JSON.stringify(process.env)'`);
      const { GRAFANA_ADMIN_PASSWORD, POSTGRES_PASSWORD } = JSON.parse(variables);
      assert.deepEqual([GRAFANA_ADMIN_PASSWORD, POSTGRES_PASSWORD], ['', ''], service);
    }
  });

  it('answers with TLS in the profile edge, by HTTP/2 too, and tells the service who asks', async () => {
    // For this host Caddy is its own certificate authority.
    await site.works('API_URL=https://localhost docker compose --profile edge up --detach --wait --no-deps edge');
    const port = new URL(site.published.edge!).port;
    const session = connect(`https://localhost:${port}`, { rejectUnauthorized: false });
    const stream = session.request({ ':path': '/v1/plans' });
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 200);
    assert.ok(JSON.parse(await text(stream)).plans.length > 0);
    session.close();
    const addresses = await site.works(
      "docker compose exec -T web node -p 'process.env.TRUST_PROXY' && docker compose exec -T web-2 node -p 'process.env.TRUST_PROXY'",
    );
    assert.deepEqual(addresses.split('\n'), ['1', '1']);
  });
});
