/**
 * What is down, and for how long, when a program of an installation on one machine is killed, when the machine loses power, and when `.env` has a
 * typo: as docs/one-machine.md says. Nothing that was answered is ever lost.
 */
import assert from 'node:assert/strict';
import { exec, execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eventually } from '../conditions.ts';
import { request } from '../service.ts';
import { createInstallation, type Installation, RELEASES } from './installation.ts';

/** What the page says, times what a busy machine takes. */
const SECONDS = 30;
const POWER_SECONDS = 180;
const RECOVERY_MS = 180_000;
/** A command that ends everything of the engine at once, containers included, and starts it again; e.g. of a virtual machine for tests. */
const { ENGINE_RESTART } = process.env;

describe('trouble on one machine', { timeout: 3_600_000 }, () => {
  let site: Installation;
  const acknowledged: string[] = [];
  before(async () => {
    site = await createInstallation('plinth-test-trouble');
    await site.works(`docker compose up -d --wait && ./plinth release ${RELEASES.first}`);
  });
  after(() => site?.close());

  const kept = async () => {
    const found = (await site.query('select email from users')).split('\n');
    return acknowledged.filter((email) => !found.includes(email));
  };
  const restarts = async () => {
    const lines = await site.works(
      'docker compose ps -q | xargs docker inspect --format \'{{index .Config.Labels "com.docker.compose.service"}} {{.RestartCount}}\'',
    );
    return lines
      .split('\n')
      .filter((line) => !line.endsWith(' 0'))
      .map((line) => line.split(' ')[0]!);
  };
  const isReady = async () => (await request(`${site.url}/readyz`)).body.status === 'ok';

  /** Ends a program as a fault does; `docker kill` counts as a stop by hand, after which nothing starts again. */
  async function kill(service: string): Promise<void> {
    const pid = await site.works(`docker inspect --format '{{.State.Pid}}' $(docker compose ps -q ${service})`);
    const image = `plinth-test:${RELEASES.first}`;
    const options = ['run', '--rm', '--pid=host', '--user=root', '--network=none', image];
    await promisify(execFile)('docker', [...options, 'sh', '-c', `kill -9 ${pid}`]);
  }

  /** People register and look while `act` happens, and until all is well again. @returns what failed, and for how long */
  async function during(t: TestContext, act: () => Promise<unknown>) {
    const people = startPeople(site.url, acknowledged);
    t.after(() => people.stop());
    await eventually('people are at work', () => people.answered > 20, 60_000);
    await act();
    await eventually('the service is ready', () => isReady().catch(() => false), RECOVERY_MS);
    const well = people.answered;
    await eventually('people go on', () => people.answered > well + 40, 60_000);
    await people.stop();
    const seconds = people.outageMs() / 1_000;
    t.diagnostic(`${people.answered} answered, ${people.failures.length} failed, over ${seconds.toFixed(1)} s`);
    assert.deepEqual(await kept(), [], 'all that was answered is there');
    return { failures: people.failures, seconds };
  }

  for (const copy of ['web', 'web-2'])
    it(`a copy of the api (${copy}) is killed: nothing is down but what it was answering`, async (t) => {
      const { failures } = await during(t, () => kill(copy));
      assert.ok(failures.length <= 2, failures.join('\n'));
      await eventually('it is started again', async () => (await restarts()).includes(copy), RECOVERY_MS);
      await eventually(
        'it is ready',
        async () => {
          const { status } = await site.shell(`docker compose exec -T ${copy} node app/healthcheck.ts ready`);
          return status === 0;
        },
        RECOVERY_MS,
      );
    });

  it('the worker is killed: nothing is down', async (t) => {
    const { failures } = await during(t, () => kill('worker'));
    assert.deepEqual(failures, []);
    await eventually('it is started again', async () => (await restarts()).includes('worker'), RECOVERY_MS);
  });

  it('the proxy is killed: everything is down for seconds', async (t) => {
    const { seconds } = await during(t, () => kill('proxy'));
    assert.ok(seconds < SECONDS, `${seconds} s`);
  });

  it('the database is killed: what needs it is refused with 503 for seconds, and no other program ends', async (t) => {
    const before = await restarts();
    const { failures, seconds } = await during(t, () => kill('db'));
    assert.ok(seconds < SECONDS, `${seconds} s`);
    assert.deepEqual(
      [...new Set(failures)].filter((failure) => !/: 503$/.test(failure)),
      [],
    );
    assert.deepEqual(
      (await restarts()).filter((service) => !before.includes(service)),
      ['db'],
    );
  });

  it('the machine loses power: everything starts again by itself, with all that was answered', async (t) => {
    if (!ENGINE_RESTART) return t.skip('ENGINE_RESTART says how to end and start the engine; it is not set');
    const { seconds } = await during(t, () => promisify(exec)(ENGINE_RESTART));
    assert.ok(seconds < POWER_SECONDS, `${seconds} s`);
    assert.deepEqual(await site.running(), ['db', 'proxy', 'web', 'web-2', 'worker']);
  });

  /** A line of `.env` with a typo, and what is said of it; undefined where Compose itself has no fault to find. */
  const TYPOS: [line: string, said: RegExp][] = [
    ['APP_ENV=prodution', /APP_ENV must be one of/],
    ['APP_SECRET=short', /APP_SECRET/],
    ['API_URL=http://api.example.com', /API_URL/],
    ['APP_URL=app.example.com', /APP_URL/],
    ['EMAIL_FROM=no-reply', /EMAIL_FROM/],
    ['SMTP_URL=mail.example.com', /SMTP_URL/],
    ['LOG_LEVEL=verbose', /LOG_LEVEL must be one of/],
    ['POSTGRES_PASSWORD=b7NcJ4hGfD1sPaE8', /password authentication failed/],
    ['POSTGRES_DB=plinht', /database "plinht" does not exist/],
    ['COMPOSE_PROFILES=development', /COMPOSE_PROFILES has development/],
    ['IMAGE=plinth-tset', /There is no image plinth-tset/],
    ['WORKERS=tow', /tow/],
    ['GRAFANA_ADMIN_PASSWORD=', /GRAFANA_ADMIN_PASSWORD/],
    ['API_URL https://api.example.com', /\.env/],
    ["APP_SECRET='q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj", /\.env/],
  ];

  it(`${TYPOS.length} typos in .env: ./plinth release names each and changes nothing, and nothing is down`, async (t) => {
    const right = await readFile(site.path('.env'), 'utf8');
    const ids = () =>
      site.works('docker ps --quiet --filter label=com.docker.compose.project=plinth-test-trouble | sort');
    const running = await ids();
    const { failures } = await during(t, async () => {
      for (const [line, said] of TYPOS) {
        const name = line.split(/[= ]/)[0];
        const others = right.split('\n').filter((each) => !each.startsWith(`${name}=`));
        await writeFile(site.path('.env'), `${others.join('\n')}${line}\n`);
        const { status, output } = await site.shell(`./plinth release ${RELEASES.second}`);
        assert.notEqual(status, 0, line);
        assert.match(output, said, line);
        await writeFile(site.path('.env'), right);
        assert.equal(await ids(), running, line);
      }
    });
    assert.deepEqual(failures, []);
  });
});

/** One person after the other registers, and others look at plans. */
function startPeople(url: string, acknowledged: string[]) {
  const failures: string[] = [];
  let answered = 0;
  let stopping = false;
  const failedAt: number[] = [];
  const failed = (what: string) => {
    failures.push(what);
    failedAt.push(performance.now());
  };
  async function repeat(pauseMs: number, ask: () => Promise<{ status: number }>, what: string): Promise<void> {
    while (!stopping) {
      await ask().then(
        ({ status }) => (status < 500 ? answered++ : failed(`${what}: ${status}`)),
        (error: Error) => failed(`${what}: ${error.message} ${error.cause ?? ''}`),
      );
      await delay(pauseMs);
    }
  }
  const register = async () => {
    const email = `kept-${crypto.randomUUID()}@example.com`;
    const body = { email, password: 'a long enough passphrase 42', name: 'Ada' };
    const answer = await request(`${url}/v1/users`, { body, signal: AbortSignal.timeout(30_000) });
    if (answer.status === 202) acknowledged.push(email);
    return answer;
  };
  const look = () => request(`${url}/v1/plans`, { signal: AbortSignal.timeout(30_000) });
  const running = Promise.all([repeat(200, register, 'register'), ...[1, 2, 3].map(() => repeat(50, look, 'look'))]);
  return {
    get answered() {
      return answered;
    },
    failures,
    /** From the first failure to the last. */
    outageMs: () => (failedAt.length === 0 ? 0 : failedAt.at(-1)! - failedAt[0]!),
    async stop() {
      stopping = true;
      await running;
    },
  };
}
