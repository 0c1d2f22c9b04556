/** `doctor --production`: an installation without a fault, and each fault by its name, with its cause and what to do. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { DAY_MS, HOUR_MS } from '../platform/clock.ts';
import { type Lack, lacks, type Surroundings } from './production.ts';

const NOW = Date.parse('2026-05-14T09:30:00Z');
const VARIABLES = {
  APP_ENV: 'production',
  APP_SECRET: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
  API_URL: 'https://api.example.com',
  EMAIL_FROM: 'Plinth <no-reply@example.com>',
  SMTP_URL: 'smtps://user:pass@mail.example.com',
  DATABASE_URL: 'postgres://service:x@db.example.com/plinth?sslmode=verify-full',
  TRUST_PROXY: '1',
  RELEASE: '1.4.0',
  SENTRY_DSN: 'https://key@sentry.example.com/1',
  POSTMARK_WEBHOOK_AUTH: 'user:password-of-some-length-0123456789',
};
const ALERTMANAGER = `receivers:
  - name: page
    pagerduty_configs: [{ routing_key: x }]
  - name: dead-mans-switch
    webhook_configs: [{ url: 'https://example.com/x' }]
`;
const secondsAgo = (ms: number) => Math.floor((NOW - ms) / 1_000);
const STATE = {
  backups_configured: 1,
  backup_last_success_timestamp_seconds: secondsAgo(6 * HOUR_MS),
  restore_drill_last_success_timestamp_seconds: secondsAgo(2 * DAY_MS),
};

interface Given {
  variables?: Record<string, string>;
  state?: Record<string, number>;
  alertmanager?: string;
  surroundings?: Partial<Surroundings>;
}

async function examine(
  t: TestContext,
  { variables, state = STATE, alertmanager = ALERTMANAGER, surroundings }: Given = {},
) {
  const stateFolder = await mkdtemp(join(tmpdir(), 'plinth-production-'));
  t.after(() => rm(stateFolder, { recursive: true }));
  for (const [name, value] of Object.entries(state))
    await writeFile(join(stateFolder, `${name}.prom`), `${name} ${value}\n`);
  const alertmanagerFile = join(stateFolder, 'alertmanager.yml');
  await writeFile(alertmanagerFile, alertmanager);
  return lacks({
    variables: { ...VARIABLES, ...variables },
    stateFolder,
    alertmanagerFile,
    now: NOW,
    isSuperuser: async () => false,
    txt: async (name) => [name.startsWith('_dmarc') ? 'v=DMARC1; p=reject' : 'v=spf1 include:example.net -all'],
    ...surroundings,
  });
}
const bad = (found: Lack[]) => found.filter(({ level, check }) => level !== 'ok' && check !== 'disk');

describe('doctor --production', () => {
  it('finds nothing missing where nothing is', async (t) => {
    const found = await examine(t);
    assert.deepEqual(bad(found), []);
    assert.ok(found.length >= 14, String(found.length));
  });

  const faults: [name: string, given: Given, level: Lack['level'], check: string, cause: RegExp][] = [
    ['another environment', { variables: { APP_ENV: 'staging' } }, 'missing', 'environment', /APP_ENV is staging/],
    [
      'a secret of the example',
      { variables: { APP_SECRET: 'change-me-change-me-change-me-change-me' } },
      'missing',
      'settings',
      /APP_SECRET/,
    ],
    ['an address without TLS', { variables: { API_URL: 'http://api.example.com' } }, 'missing', 'settings', /API_URL/],
    ['weak limits', { variables: { NETWORK_LIMIT_FACTOR: '50' } }, 'missing', 'limits', /50/],
    ['no proxy', { variables: { TRUST_PROXY: '' } }, 'advice', 'proxies', /TRUST_PROXY/],
    ['no version', { variables: { RELEASE: '' } }, 'advice', 'release', /unknown/],
    ['no Sentry', { variables: { SENTRY_DSN: '' } }, 'advice', 'error reports', /SENTRY_DSN/],
    ['no word of bounces', { variables: { POSTMARK_WEBHOOK_AUTH: '' } }, 'advice', 'bounces', /bounce/],
    ['a superuser', { surroundings: { isSuperuser: async () => true } }, 'missing', 'database role', /superuser/],
    [
      'no database',
      { surroundings: { isSuperuser: async () => undefined } },
      'missing',
      'database role',
      /cannot be asked/,
    ],
    [
      'no SPF',
      { surroundings: { txt: () => Promise.reject(new Error('ENOTFOUND')) } },
      'advice',
      'SPF',
      /example\.com has no TXT record v=spf1/,
    ],
    ['no backups', { state: { backups_configured: 0 } }, 'missing', 'backups', /BACKUP_S3_BUCKET/],
    ['no Compose', { state: {} }, 'advice', 'backups', /cannot be seen/],
    [
      'an old backup',
      { state: { ...STATE, backup_last_success_timestamp_seconds: secondsAgo(30 * HOUR_MS) } },
      'missing',
      'base backup',
      /30 h ago/,
    ],
    [
      'no drill',
      { state: { ...STATE, restore_drill_last_success_timestamp_seconds: 0 } },
      'missing',
      'restore drill',
      /h ago/,
    ],
    ['a gap', { state: { ...STATE, backup_archive_dropped_timestamp_seconds: 1 } }, 'missing', 'archive', /gap/],
    [
      'no switch',
      { alertmanager: ALERTMANAGER.replace(/webhook_configs.*/, '') },
      'missing',
      "dead man's switch",
      /nobody notices/,
    ],
    [
      'a pager of development',
      { alertmanager: `# x\nglobal: { smtp_smarthost: 'mailpit:1025' }\n${ALERTMANAGER}` },
      'missing',
      'alerts',
      /nobody/,
    ],
  ];
  for (const [name, given, level, check, cause] of faults)
    it(`names ${name}, and only that, with a remedy`, async (t) => {
      const found = bad(await examine(t, given)).filter((one) => name !== 'no SPF' || one.check === 'SPF');
      assert.ok(found.length > 0);
      for (const one of found) assert.deepEqual([one.level, one.check], [level, check]);
      assert.ok(
        found.some((one) => cause.test(one.cause)),
        JSON.stringify(found),
      );
      assert.ok(found[0]!.remedy);
    });

  it('takes what is shipped for what it is: alerts that reach nobody', async (t) => {
    const shipped = await readFile('monitoring/alertmanager/alertmanager.yml', 'utf8');
    const found = bad(await examine(t, { alertmanager: shipped }));
    assert.deepEqual(
      found.map(({ check }) => check),
      ['alerts', "dead man's switch"],
    );
  });

  it('ends with 1 and prints a table, or JSON', async () => {
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['app/cli.ts', 'doctor', '--production', ...args], {
        env: { ...VARIABLES, APP_ENV: 'staging', DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z' },
      }).catch((error) => error);
    const { code, stdout } = await run();
    assert.equal(code, 1);
    assert.match(stdout, /CHECK +CAUSE +REMEDY/);
    assert.match(stdout, /^missing +environment +APP_ENV is staging +APP_ENV=production$/m);
    const found = JSON.parse((await run('--json')).stdout) as Lack[];
    assert.ok(found.some(({ check, level }) => check === 'database role' && level === 'missing'));
  });
});
