/** Several api processes on one port, as production runs them: `PROCESSES`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { before, describe, it } from 'node:test';
import { eventually } from '../../test/conditions.ts';
import { createTestDatabase, type TestDatabase } from '../../test/database.ts';
import { type ServiceProcess, type ServiceProcessOptions, startServiceProcess } from '../../test/process.ts';
import { migrate } from '../migrate.ts';

describe('a supervisor', { skip: process.platform !== 'linux' && 'reads /proc' }, () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
    await migrate({ url: database.url });
  });

  const start = (count: number | string, options: ServiceProcessOptions = {}) =>
    startServiceProcess(database.url, 'api', {
      named: 'supervisor',
      ...options,
      env: { PROCESSES: String(count), DATABASE_POOL_SIZE: '3', LOG_LEVEL: 'info', ...options.env },
    });
  const supervised = async (count: number, work: (service: ServiceProcess) => Promise<void>) => {
    const service = await start(count);
    try {
      await work(service);
    } finally {
      await service.stop();
    }
  };

  it('gives connections to its processes in turn, and one that hangs gets no second', () =>
    supervised(2, async (service) => {
      const agents = Array.from({ length: 10 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
      for (const agent of agents) await ask(service, '/livez', agent);
      const [hanging] = childrenOf(service);
      process.kill(hanging!, 'SIGSTOP');
      let answered = 0;
      const counting = (agent: Agent) => ask(service, '/livez', agent).then(() => answered++);
      const open = agents.map(counting);
      await eventually('the connections of the other process are answered', () => answered === 5);
      const opened = Array.from({ length: 10 }, () => counting(new Agent()));
      await eventually('all but one of the new connections are answered', () => answered === 5 + 9);
      process.kill(hanging!, 'SIGCONT');
      await Promise.all([...open, ...opened]);
      for (const agent of agents) agent.destroy();
    }));

  it('adds up what they count, and keeps it when one is killed, in whose place it starts another', () =>
    supervised(2, async (service) => {
      for (let count = 0; count < 10; count++) await ask(service, '/livez', new Agent({ keepAlive: false }));
      assert.equal(await counted(service, '/livez'), 10);
      const before = childrenOf(service);
      process.kill(before[0]!, 'SIGKILL');
      await eventually('another process runs', async () => (await metric(service, 'process_restarts_total')) === 1);
      const isNew = () => childrenOf(service).filter((pid) => !before.includes(pid)).length === 1;
      await eventually('two processes run', () => isNew() && childrenOf(service).length === 2);
      assert.equal(await counted(service, '/livez'), 10);
      assert.equal(await metric(service, 'db_up'), 1, 'of all processes, the least');
      assert.equal(await ask(service, '/readyz'), 200);
    }));

  it('replaces them one by one under load: no request fails, none finds it unready, no count is lost', () =>
    supervised(2, async (service) => {
      const before = childrenOf(service);
      const statuses = new Map<number | string, number>();
      const rolled = new AbortController();
      const answersBefore = answers;
      // Two connections to each process: one learns that the process is replaced, and then the other finds it ready.
      const connections = Array.from({ length: 4 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
      for (const agent of connections) await ask(service, '/livez', agent);
      const readiness = connections.slice(0, 2).map(async (watch, index) => {
        let told: string | undefined;
        await eventually('it is replaced', async () => {
          await ask(service, '/livez', watch, (answer) => {
            told = answer.headers.connection;
          });
          return told === 'close';
        });
        return ask(service, '/readyz', connections[index + 2]);
      });
      const load = Array.from({ length: 8 }, async (_, index) => {
        const agent = new Agent({ keepAlive: index % 2 === 0, maxSockets: 1 });
        while (!rolled.signal.aborted) {
          const status = await ask(service, index < 6 ? '/livez' : '/readyz', agent).catch((error) => error.code);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      });
      process.kill(service.pid, 'SIGUSR2');
      const isReplaced = () => childrenOf(service).every((pid) => !before.includes(pid));
      await eventually('every process is another', () => isReplaced() && childrenOf(service).length === 2, 60_000);
      assert.deepEqual(await Promise.all(readiness), [200, 200]);
      rolled.abort();
      await Promise.all(load);
      assert.deepEqual([...statuses.keys()], [200], JSON.stringify([...statuses]));
      assert.equal((await counted(service, '/livez')) + (await counted(service, '/readyz')), answers - answersBefore);
      assert.equal(await metric(service, 'process_restarts_total'), 0);
    }));

  it('leaves the old ones at work when a new one does not start', () =>
    supervised(2, async (service) => {
      const before = childrenOf(service);
      process.kill(service.pid, 'SIGUSR2');
      const born = await eventually('a new process', () => childrenOf(service).find((pid) => !before.includes(pid)));
      process.kill(born, 'SIGKILL');
      await eventually('it is gone', () => childrenOf(service).length === 2);
      assert.deepEqual(childrenOf(service), before);
      assert.equal(await ask(service, '/readyz'), 200);
      // And the next time it goes well.
      process.kill(service.pid, 'SIGUSR2');
      await eventually(
        'every process is another',
        () => childrenOf(service).every((pid) => !before.includes(pid)),
        60_000,
      );
    }));

  it('says once what is wrong, and ends', async () => {
    const wrong: [NodeJS.ProcessEnv, RegExp][] = [
      [{ APP_ENV: 'production', APP_SECRET: 'short' }, /APP_SECRET/g],
      [{ PROCESSES: 'many' }, /PROCESSES must be a whole number from 1 to 64, or auto/g],
      [
        { PROCESSES: '64', DATABASE_POOL_SIZE: '500' },
        /64 processes \(PROCESSES\) with DATABASE_POOL_SIZE=500 and DATABASE_LANES=2 may open \d+ connections; max_connections of PostgreSQL allows \d+/g,
      ],
    ];
    for (const [env, message] of wrong)
      await assert.rejects(start(2, { env }), (error: Error) => {
        assert.match(error.message, /^ended with 1/);
        assert.equal(error.message.match(message)?.length, 1, error.message);
        return true;
      });
  });

  it('ends with all its processes, also when a terminal signals them together', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const service = await start(2);
      const children = childrenOf(service);
      const signalled = signal === 'SIGINT' ? [...children, service.pid] : [service.pid];
      for (const pid of signalled) process.kill(pid, signal);
      assert.equal(await service.ended, 0, signal);
      for (const pid of children) assert.throws(() => process.kill(pid, 0), /ESRCH/);
    }
  });
});

/** The processes that it started and that have not ended, in the order of their start. */
function childrenOf({ pid }: ServiceProcess): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** How many requests were answered. */
let answers = 0;

/** @returns the status of the answer, once all of it has arrived */
function ask(
  { url }: ServiceProcess,
  path: string,
  agent?: Agent,
  look?: (answer: IncomingMessage) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { agent }, (answer) => {
      look?.(answer);
      answer
        .resume()
        .on('end', () => {
          answers++;
          resolve(answer.statusCode!);
        })
        .on('error', reject);
    });
    call.on('error', reject).end();
  });
}

async function metric({ metricsUrl }: ServiceProcess, name: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const counted = (service: ServiceProcess, route: string) =>
  metric(service, `http_request_duration_seconds_count{method="GET",route="${route}"`);
