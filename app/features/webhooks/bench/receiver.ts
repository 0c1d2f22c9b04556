/**
 * The other side of the benchmark, in a process of its own: a receiver at any address of this machine, which answers at once or, below `/hang`,
 * never; and the bare loop that the worker is compared with.
 */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';

interface Question {
  /** `reset` forgets what arrived. */
  what: 'port' | 'reset' | 'arrived' | 'bare';
  /** For the bare loop. */
  urls?: string[];
  count?: number;
}

let delays: number[] = [];
let firstAt = 0;
let lastAt = 0;

const server = createServer((incoming, answer) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    if (incoming.url!.startsWith('/hang')) return;
    const { timestamp } = JSON.parse(Buffer.concat(chunks).toString()) as { timestamp: string };
    lastAt = performance.now();
    if (delays.length === 0) firstAt = lastAt;
    delays.push(Date.now() - Date.parse(timestamp));
    answer.end('ok');
  });
});
server.listen(0, '0.0.0.0');

const CONCURRENCY = 200;

/** Signs and sends, and nothing else. @returns requests per second */
async function bare(urls: readonly string[], count: number): Promise<number> {
  const dispatcher = new Agent();
  const secret = Buffer.alloc(24, 1);
  const startedAt = performance.now();
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) {
      const id = `evt_${index}`;
      const seconds = String(Math.floor(Date.now() / 1_000));
      const body = JSON.stringify({ id, type: 'bench', timestamp: new Date().toISOString(), data: { index } });
      const signature = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
      const headers = {
        ...{ 'content-type': 'application/json', 'webhook-id': id },
        ...{ 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` },
      };
      const answer = await request(urls[index % urls.length]!, { method: 'POST', dispatcher, headers, body });
      await answer.body.text();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  await dispatcher.close();
  return count / ((performance.now() - startedAt) / 1_000);
}

process.on('message', async ({ what, urls = [], count = 0 }: Question) => {
  if (what === 'port') process.send!({ port: (server.address() as AddressInfo).port });
  if (what === 'reset') delays = [];
  if (what === 'reset') process.send!({});
  if (what === 'arrived') process.send!({ delays, seconds: (lastAt - firstAt) / 1_000 });
  if (what === 'bare') process.send!({ rate: await bare(urls, count) });
});
