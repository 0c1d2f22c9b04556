/** Stands for Alloy and Sentry in the benchmark: takes whatever is posted, and counts it. A program of its own, on the core of the rest. */
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
