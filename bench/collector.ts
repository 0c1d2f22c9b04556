/** Replaces Alloy and Sentry in the benchmark: accepts and counts everything that is posted. A separate program, on the core of the load. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let bytes = 0;
const server = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on('end', () => response.writeHead(200).end());
});
server.listen(0, '127.0.0.1');

process.on('message', () => {
  const answer = () => process.send?.({ port: (server.address() as AddressInfo).port, bytes });
  if (server.listening) answer();
  else server.once('listening', answer);
});
