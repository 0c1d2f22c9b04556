/**
 * Follows docs/one-machine.md from an empty folder: clone, settings, start; a certificate by ACME, and its renewal; the demo over HTTPS; backups to a
 * store; the loss of the database's volumes, and a restore to a second before a table was dropped; the email that tells of a drill that is overdue.
 *
 * Beside it stands what the page takes from elsewhere: Pebble for Let's Encrypt, versitygw for the store, Mailpit for the mail server, and the Stripe
 * sandbox, for which the environment is staging: production refuses a stand-in. Of the monitoring, Grafana, Loki, Tempo and Alloy are left out.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../conditions.ts';
import { printedBlock } from '../printed-blocks.ts';
import { type Installation, installationIn } from './installation.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';
import { archived, momentOf, STORE } from './store.ts';

const PROJECT = 'plinth-test-walk';
const HOST = 'api.walk.example';
/** Caddy renews a certificate when a third of this is left. */
const LIFETIME_SECONDS = 900;
/** A day becomes ten seconds. */
const FACTOR = 8_640;
const SETTINGS = {
  APP_ENV: 'staging',
  API_URL: `https://${HOST}`,
  APP_URL: '',
  APP_SECRET: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
  POSTGRES_PASSWORD: 'b7NcJ4hGfD1sPaE9',
  GRAFANA_ADMIN_PASSWORD: 'q8Zr2vLk0WmX5tYb',
  SMTP_URL: 'smtp://mail:1025',
  EMAIL_FROM: 'Plinth <no-reply@walk.example>',
  COMPOSE_PROFILES: 'edge',
  COMPOSE_FILE: 'docker-compose.yml:world.yml',
  COMPOSE_PROJECT_NAME: PROJECT,
  IMAGE: 'plinth-test-walk',
  ACME_CA: 'https://authority:14000/dir',
  STRIPE_API_BASE: 'http://stripe:12111',
  STRIPE_SECRET_KEY: 'sk_test_ofthiswalk',
  STRIPE_WEBHOOK_SECRET: 'whsec_ofthiswalk',
  // The demo's people share one address.
  NETWORK_LIMIT_FACTOR: '1000',
  START_PATIENCE_SECONDS: '600',
};

/** What the page takes from elsewhere, and ports that a developer's own installation leaves free. */
const WORLD = `
services:
  proxy: { ports: !reset [] }
  db: { ports: !reset [], volumes: ["tls:/tls:ro"] }
  drill: { volumes: ["tls:/tls:ro"] }
  alertmanager: { ports: !reset [] }
  postgres_exporter: { ports: !reset [] }
  prometheus: { ports: !override ["127.0.0.1::9090"] }
  edge:
    ports: !reset []
    environment: { SSL_CERT_FILE: /authority/ca.pem }
    volumes: ["authority:/authority:ro"]
    networks: { port-edge: { aliases: [${HOST}] } }
  store:
    image: plinth-test-store:1
    volumes: ["tls:/tls", "store:/store"]
    networks: [port-db, port-drill]
  authority:
    image: plinth-test-authority:1
    environment: { LIFETIME: "${LIFETIME_SECONDS}" }
    volumes: ["authority:/authority"]
    networks: [port-edge]
  mail:
    image: axllent/mailpit:v1.31.4
    networks: [outside, alerts, port-edge]
  stripe:
    image: node:26.10.0-bookworm-slim
    command: [node, /sandbox/main.ts, --host=0.0.0.0, --port=12111, "--webhook=https://${HOST}/v1/webhooks/stripe", --webhook-secret=${SETTINGS.STRIPE_WEBHOOK_SECRET}]
    environment: { NODE_TLS_REJECT_UNAUTHORIZED: "0" }
    volumes: ["./packages/stripe-sandbox:/sandbox:ro"]
    networks: [outside, port-edge]
volumes: { tls: {}, store: {}, authority: {} }
`;

describe('docs/one-machine.md, followed from an empty folder', { timeout: 3_600_000 }, () => {
  let site: Installation;
  let monitoring: Monitoring;
  let folder: string;

  /** Runs a program on a machine of a person, who reaches the installation by its name. @returns what it prints */
  const elsewhere = (script: string, variables = '') =>
    site.works(
      `docker run --rm --network ${PROJECT}_port-edge -v ${resolve('.')}:/repository:ro -v ${site.path('ca')}:/ca:ro -w /repository ${variables} \
        -e NODE_EXTRA_CA_CERTS=/ca/root.pem node:26.10.0-bookworm-slim ${script}`,
    );
  /** The number and the end of the certificate that the service shows, after it was verified. */
  const certificate = async (): Promise<{ serialNumber: string; valid_to: string; issuer: { CN: string } }> =>
    JSON.parse(
      await elsewhere(
        `node -e "const s = require('node:tls').connect(443, '${HOST}', { servername: '${HOST}' }, () => { const { serialNumber, valid_to, issuer } = s.getPeerCertificate(); console.log(JSON.stringify({ serialNumber, valid_to, issuer })); s.destroy(); })"`,
      ),
    );
  const demo = () =>
    elsewhere(
      'node scripts/demo.ts',
      `-e API_URL=https://${HOST} -e APP_ENV=staging -e MAILBOX_URL=http://mail:8025 -e STRIPE_API_BASE=${SETTINGS.STRIPE_API_BASE} -e STRIPE_SECRET_KEY=${SETTINGS.STRIPE_SECRET_KEY}`,
    );
  const counts = () =>
    site.query(
      `select (select count(*) from users), (select count(*) from organizations), (select count(*) from audit_events), (select count(*) from billing_invoices)`,
    );
  const mails = async (subject: string): Promise<number> => {
    const url = `http://mail:8025/api/v1/search?query=${encodeURIComponent(`subject:"${subject}"`)}`;
    return Number(
      await elsewhere(
        `node -e "fetch('${url}').then((answer) => answer.json()).then(({ messages }) => console.log(messages.length))"`,
      ),
    );
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plinth-walk-'));
    const clone = printedBlock('one-machine-clone').replace(/https:\S+/, `file://${resolve('.')} plinth`);
    await installationIn(folder, {}).works(clone);
    site = installationIn(join(folder, 'plinth'), {});
    await writeFile(site.path('world.yml'), WORLD);
    await site.set(SETTINGS);
    await site.works('docker compose up -d store authority mail stripe');
    await site.works('mkdir ca');
    await eventually(
      'the authority has a root',
      async () => {
        const asked = `docker run --rm --network ${PROJECT}_port-edge node:26.10.0-bookworm-slim node -e "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; fetch('https://authority:15000/roots/0').then((answer) => answer.text()).then((text) => process.stdout.write(text))"`;
        const { status } = await site.shell(`${asked} 2>/dev/null >ca/root.pem && grep -q BEGIN ca/root.pem`);
        return status === 0;
      },
      60_000,
    );
  });
  after(async () => {
    await site?.close();
    await site?.shell(`docker images --quiet ${SETTINGS.IMAGE} | xargs -r docker rmi --force`);
  });

  it('starts the service by the printed commands, with a certificate that is verified', async () => {
    const { status, output } = await site.paste('one-machine-start');
    // `doctor` is the last of the commands, and names what is not well yet.
    assert.match(output, / runs\./);
    assert.match(output, /^ok +database/m);
    assert.ok(status === 0 || /FAULT/.test(output), output);
    await eventually('there is a certificate', () => certificate().catch(() => undefined), 120_000);
    assert.match((await certificate()).issuer.CN, /Pebble/);
    assert.ok(Date.parse((await certificate()).valid_to) - Date.now() < (LIFETIME_SECONDS + 60) * 1_000);
  });

  let moment: string;
  let whole: string;
  it('passes the demo over HTTPS', async (t) => {
    await site.works('./plinth catalog sync --apply');
    await site.works('docker compose restart edge');
    await eventually('the certificate is fresh', () => certificate().catch(() => undefined), 120_000);
    const output = await demo();
    assert.match(output, /steps, all as expected/);
    t.diagnostic(output.split('\n').at(-1)!.trim() || output.trim().split('\n').at(-1)!);
  });

  it('makes backups by the printed commands, and a drill finds the demo in them', async () => {
    await site.set(STORE);
    const { status, output } = await site.paste('backups-start');
    assert.equal(status, 0, output);
    assert.match(output, /The newest backup can be restored, and is whole/);
  });

  it('has the data of the demo again after its tables and then its volumes are gone', async () => {
    // The worker has done what the demo left to it.
    await site.works('docker compose stop web web-2 worker');
    whole = await counts();
    moment = await momentOf(site);
    await site.query('drop table users cascade');
    await archived(site);
    await site.works(
      `docker compose rm --stop --force db && docker volume rm ${PROJECT}_db-data ${PROJECT}_backup-state`,
    );
    await site.works(printedBlock('restore-to').replace('2026-05-14 09:30:00+00', moment));
    assert.equal(await counts(), whole);
    assert.match(await site.works('./plinth doctor audit'), /[1-9]\d* chains, 0 broken/);
    assert.match(await demo(), /steps, all as expected/);
  });

  it('tells by email that no drill has succeeded, until one does', async () => {
    const file = site.path('monitoring/alertmanager/alertmanager.yml');
    const config = (await readFile(file, 'utf8'))
      .replace('mailpit:1025', 'mail:1025')
      .replace('group_wait: 30s', 'group_wait: 1s');
    await writeFile(file, config);
    await site.works('docker compose --profile monitoring up --detach --wait --no-deps alertmanager');
    monitoring = await startMonitoring(site, FACTOR);
    await monitoring.told('RestoreDrillOverdue', 'firing');
    await eventually('there is an email', async () => (await mails('RestoreDrillOverdue')) > 0, 120_000);
    await site.works('./plinth backup && ./plinth drill');
    await monitoring.told('RestoreDrillOverdue', 'over');
  });

  it('renews its certificate', async () => {
    const { serialNumber } = await certificate();
    const renewed = async () => {
      await site.works('docker compose restart edge');
      const now = await eventually('it answers', () => certificate().catch(() => undefined), 60_000);
      return now.serialNumber !== serialNumber;
    };
    await eventually('there is another certificate', renewed, LIFETIME_SECONDS * 1_000);
  });
});
