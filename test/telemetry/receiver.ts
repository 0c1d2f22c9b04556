import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/**
 * Starts an HTTP server that accepts posted data.
 * @param take gets path, body and headers; returns false for an unknown path
 */
export async function startReceiver(take: (path: string, body: Buffer, headers: IncomingHttpHeaders) => boolean) {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    const raw = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    received.push(JSON.stringify(request.rawHeaders), body.toString('latin1'), body.toString('utf8'));
    const known = take(request.url?.split('?', 1)[0] ?? '', body, request.headers);
    response.writeHead(known ? 200 : 404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
