/** The receiver of the benchmark, at any loopback address: it answers at once or, below `/hang`, never. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrived {
  /** From each event to its arrival, in milliseconds. */
  readonly delays: readonly number[];
  /** From the first arrival to the last. */
  readonly seconds: number;
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

process.on('disconnect', () => process.exit());
process.on('message', ({ what }: { what: 'port' | 'reset' | 'arrived' }) => {
  if (what === 'reset') delays = [];
  if (what === 'port') process.send!({ port: (server.address() as AddressInfo).port });
  else process.send!({ delays, seconds: (lastAt - firstAt) / 1_000 } satisfies Arrived);
});
