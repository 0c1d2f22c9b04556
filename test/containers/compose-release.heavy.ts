/** `./plinth release` on a real engine, under load: to a new release and back, and with faults that must leave what runs alone. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { parseEnv, promisify } from 'node:util';
import { request } from '../service.ts';
import { createInstallation, type Installation, RELEASES } from './installation.ts';
import { startLoad, startPacedLoad } from './load.ts';

const { first, second, broken } = RELEASES;
const SERVICE = ['web', 'web-2', 'worker'];
const PER_SECOND = 200;
/** How much longer 99 % of the requests may take during a release than before it. */
const MAX_RATIO = 3;
/** How long the load runs before a release is measured against it. */
const STEADY_MS = 20_000;
/** More than a stop takes that is obeyed at once, and less than the grace period in Compose. */
const PROMPT_MS = 10_000;

async function docker(...args: string[]): Promise<string> {
  return (await promisify(execFile)('docker', args)).stdout.trim();
}

describe('./plinth release', { timeout: 3_600_000 }, () => {
  let site: Installation;
  before(async () => {
    site = await createInstallation('plinth-test-release');
  });
  after(() => site?.close());

  /** Service -> the ids of its containers and what they run. */
  async function seen(): Promise<Record<string, string[]>> {
    const lines = await site.works(`docker compose ps --format '{{.Service}} {{.ID}} {{.Image}}'`);
    const found: Record<string, string[]> = {};
    for (const line of lines.split('\n').sort()) {
      const [service = '', ...rest] = line.split(' ');
      if (SERVICE.includes(service)) found[service] = [...(found[service] ?? []), rest.join(' ')];
    }
    return found;
  }
  const versions = async () => Object.values(await seen()).map((all) => all.map((one) => one.split(':')[1]));
  const configured = async () => parseEnv(await readFile(site.path('.env'), 'utf8')).RELEASE;

  /** Runs commands while people use the service. @returns how they ended, and the requests that failed */
  async function underLoad(commands: string) {
    const load = startLoad({
      url: site.url,
      paths: ['/v1/plans', '/.well-known/jwks.json', '/v1/users/me'],
      clients: 6,
      pauseMs: 20,
    });
    const ended = await site.shell(commands);
    await load.stop();
    return { ...ended, answered: load.answered, failures: load.failures };
  }

  it('is what starts the service: docker compose up alone starts the database and the proxy', async () => {
    await site.works('docker compose up -d --wait');
    assert.deepEqual(await site.running(), ['db', 'proxy']);
    await site.works(`./plinth release ${first}`);
    assert.deepEqual(await site.running(), ['db', 'proxy', 'web', 'web-2', 'worker']);
    assert.deepEqual(await versions(), [[first], [first], [first]]);
    assert.equal(await configured(), first);
    assert.equal((await request(`${site.url}/readyz`)).status, 200);
    assert.match(await site.works('./plinth doctor --json || true'), /"check": ?"migrations"/);
  });

  it('replaces one copy after the other, and goes back by the same command, without one failed request', async (t) => {
    for (const version of [second, first]) {
      const { status, output, answered, failures } = await underLoad(`./plinth release ${version}`);
      assert.equal(status, 0, output);
      t.diagnostic(`to ${version}: ${answered} requests answered, ${failures.length} failed`);
      assert.deepEqual(failures, []);
      assert.ok(answered > 500, String(answered));
      assert.deepEqual(await versions(), [[version], [version], [version]]);
      assert.equal(await configured(), version);
    }
  });

  it('keeps the pace of 200 requests per second, there and back', async (t) => {
    const paths = ['/v1/plans', '/.well-known/jwks.json'];
    const load = startPacedLoad({ url: site.url, paths, perSecond: PER_SECOND });
    t.after(() => load.stop());
    await delay(STEADY_MS / 2);
    load.lap();
    await delay(STEADY_MS);
    const before = load.lap();
    const during = [];
    for (const version of [second, first]) {
      await site.works(`./plinth release ${version}`);
      during.push(load.lap());
    }
    await load.stop();
    const said = [before, ...during].map(({ p99Ms, count }) => `${p99Ms.toFixed(1)} ms of ${count}`);
    t.diagnostic(`p99 before, there and back: ${said.join(', ')}; ${load.failures.length} failed`);
    assert.deepEqual(load.failures, []);
    assert.ok(before.count > (STEADY_MS / 1_000) * PER_SECOND * 0.95, 'the pace is kept');
    for (const { p99Ms } of during) assert.ok(p99Ms <= MAX_RATIO * before.p99Ms, said.join(', '));
  });

  it('is one at a time', async () => {
    const both = await site.works(
      `./plinth release ${second} >one 2>&1 & one=$!\n./plinth release ${second} >two 2>&1 & two=$!\nwait $one; a=$?\nwait $two; echo "$a $?"`,
    );
    assert.deepEqual(both.split(' ').sort(), ['0', '1']);
    assert.match(
      await site.works('cat one two'),
      /Another release or restore is running here. Nothing has been changed/,
    );
    assert.deepEqual(await versions(), [[second], [second], [second]]);
    await site.works(`./plinth release ${first}`);
  });

  it('leaves what runs alone when .env has a fault, and so does docker compose up', async () => {
    const running = await seen();
    for (const [fault, said] of [
      [{ LOG_LEVEL: 'verbose' }, /LOG_LEVEL must be one of/],
      [{ LOG_LEVEL: 'info', API_URL: 'https://localhost' }, /API_URL leads to localhost/],
      [
        { API_URL: 'https://api.example.com', POSTGRES_PASSWORD: 'mistyped' },
        /refused the connection: password authentication failed/,
      ],
      [{ POSTGRES_PASSWORD: '' }, /POSTGRES_PASSWORD/],
    ] as const) {
      await site.set(fault);
      const { status, output, failures } = await underLoad(`./plinth release ${second}`);
      assert.notEqual(status, 0);
      assert.match(output, said);
      assert.match(output, /What ran before runs on/);
      assert.deepEqual(failures, []);
      assert.deepEqual(await seen(), running);
    }
    await site.set({ POSTGRES_PASSWORD: 'b7NcJ4hGfD1sPaE9', LOG_LEVEL: 'verbose' });
    const { failures } = await underLoad('docker compose up -d');
    assert.deepEqual(failures, []);
    assert.deepEqual(await seen(), running);
    assert.equal(await configured(), first);
    await site.set({ LOG_LEVEL: 'info' });
  });

  it('goes back by itself when a release does not get ready, and names a release that is not there', async () => {
    const missing = await underLoad('./plinth release 0.0.0-missing');
    assert.notEqual(missing.status, 0);
    assert.match(missing.output, /There is no image plinth-test:0\.0\.0-missing/);
    const { status, output, failures } = await underLoad(`./plinth release ${broken}`);
    assert.notEqual(status, 0);
    assert.match(output, /web is back at first/);
    assert.deepEqual([...missing.failures, ...failures], []);
    assert.deepEqual(await versions(), [[first], [first], [first]]);
    assert.equal(await configured(), first);
  });

  it('starts as many workers as .env says, and keeps them', async () => {
    await site.set({ WORKERS: '3' });
    for (const version of [first, second]) {
      await site.works(`./plinth release ${version}`);
      assert.deepEqual((await seen()).worker?.length, 3);
    }
    await site.set({ WORKERS: '1' });
    await site.works(`./plinth release ${first}`);
  });

  it('stops a container at once that has just been started', async (t) => {
    for (const role of ['api', 'worker']) {
      const options = ['--init', '--network=none', '--env=APP_ENV=production'];
      for (const given of [options, options.slice(1)]) {
        const id = await docker('run', '--detach', ...given, `plinth-test:${first}`, 'node', 'app/main.ts', role);
        t.after(() => docker('rm', '--force', id));
        const begun = performance.now();
        await docker('stop', '--time=60', id);
        assert.ok(performance.now() - begun < PROMPT_MS, `${role}: ${performance.now() - begun} ms`);
      }
    }
  });
});
