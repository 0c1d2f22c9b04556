/**
 * The load generator: a process that receives a `Load`, keeps its connections busy for its duration, and returns an `Outcome`. It exits with its
 * parent.
 */
import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../statistics.ts';
import { type Answer, type Connection, openConnection } from './connection.ts';
import { httpRequest, type Load, type Outcome, type Work } from './protocol.ts';

const MAX_DURATION_MS = 60_000;
const SETTLE_LIMIT_MS = 15_000;

process.on('disconnect', () => process.exit());
process.on('message', (load: Load) => {
  run(load).then(
    (outcome) => process.send!(outcome),
    (error: unknown) => {
      process.stderr.write(`load: ${(error as Error).message}\n`);
      process.exit(1);
    },
  );
});

async function run({ port, connections, durationMs, work, probe }: Load): Promise<Outcome> {
  const opened = await Promise.all(Array.from({ length: connections + (probe ? 1 : 0) }, () => openConnection(port)));
  const prober = probe ? opened.pop()! : undefined;
  // Exit in any case, even if a connection hangs.
  const guard = setTimeout(() => process.exit(1), MAX_DURATION_MS + SETTLE_LIMIT_MS);
  const latencies: number[] = [];
  const probeLatencies: number[] = [];
  const statuses: Record<number, number> = {};
  const begunAt = performance.now();
  const until = begunAt + Math.min(durationMs, MAX_DURATION_MS);

  const { exchange, tokens } = workOf(work, opened.length);
  const keepBusy = async (connection: Connection, index: number) => {
    while (performance.now() < until) {
      const sentAt = performance.now();
      const { status } = await exchange(connection, index);
      latencies.push(performance.now() - sentAt);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  const keepProbing = async () => {
    while (prober && performance.now() < until) {
      const sentAt = performance.now();
      await prober.request(probe!.request);
      const tookMs = performance.now() - sentAt;
      probeLatencies.push(tookMs);
      await delay(Math.max(0, probe!.everyMs - tookMs));
    }
  };
  await Promise.all([...opened.map(keepBusy), keepProbing()]);
  const seconds = (performance.now() - begunAt) / 1_000;
  for (const connection of [...opened, ...(prober ? [prober] : [])]) connection.close();
  clearTimeout(guard);
  return {
    answers: latencies.length,
    seconds,
    statuses,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    probeP99: percentile(probeLatencies, 0.99),
    tokens: tokens ?? [],
  };
}

/** Padding to the size of an invoice. */
const PADDING = 'x'.repeat(2_700);
const RUN = Math.random().toString(36).slice(2);
let sequence = 0;

function signedEvent({ path, secret, customers }: Extract<Work, { kind: 'events' }>): string {
  const number = sequence++;
  const timestamp = Math.floor(Date.now() / 1_000);
  const object = { object: 'subscription', id: 'sub_1', customer: `cus_${number % customers}`, padding: PADDING };
  const event = {
    id: `evt_${RUN}_${number}`,
    object: 'event',
    type: 'customer.subscription.updated',
    created: timestamp,
  };
  const body = JSON.stringify({ ...event, data: { object } });
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return httpRequest('POST', path, { 'stripe-signature': `t=${timestamp},v1=${signature}` }, body);
}

interface Exchange {
  exchange(connection: Connection, index: number): Promise<Answer>;
  tokens?: string[];
}

function workOf(work: Work, connections: number): Exchange {
  if (work.kind === 'list') {
    let next = 0;
    return { exchange: (connection) => connection.request(work.requests[next++ % work.requests.length]!) };
  }
  if (work.kind === 'events') return { exchange: (connection) => connection.request(signedEvent(work)) };
  // Each connection uses its own sessions, because two concurrent refreshes of one session would take another path in the service.
  const tokens = [...work.tokens];
  const turns: number[] = Array.from({ length: connections }, (_, index) => index);
  return {
    tokens,
    async exchange(connection, index) {
      const own = turns[index]!;
      turns[index] = own + connections < tokens.length ? own + connections : index;
      const body = `{"refreshToken":"${tokens[own]}"}`;
      const answer = await connection.request(httpRequest('POST', work.path, {}, body));
      if (answer.status === 200) tokens[own] = (JSON.parse(answer.body) as { refreshToken: string }).refreshToken;
      return answer;
    },
  };
}
