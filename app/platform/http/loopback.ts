/**
 * Keeps a server of development for this machine. Web pages that a developer visits can send requests to 127.0.0.1 too: from their own origin, or
 * through a name of theirs that they point at 127.0.0.1 (DNS rebinding).
 */
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const LOOPBACK = /^(localhost|[a-z0-9-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/** True if the request names this machine as its host, and does not come from a page of another origin. */
export function isLocal({ host = '', ...headers }: IncomingHttpHeaders): boolean {
  return LOOPBACK.test(host) && !isForeign({ host, ...headers });
}

/** A link to follow is not foreign: the page that has it cannot read the answer. (Fetch Metadata; the Fetch standard on Origin) */
function isForeign({ host, origin, ...headers }: IncomingHttpHeaders): boolean {
  if (origin !== undefined) return origin !== `http://${host}`;
  return headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate';
}

/** Answers 403 to requests that are not local, and closes their WebSockets, whatever handles the others. */
export function keepLocal(server: Server): void {
  const answer = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request').on('request', (request, response) => {
    if (isLocal(request.headers)) for (const listener of answer) listener.call(server, request, response);
    else response.writeHead(403, { 'content-type': 'text/plain' }).end('This server answers on localhost only.\n');
  });
  const upgrade = server.listeners('upgrade') as ((...given: [IncomingMessage, Duplex, Buffer]) => void)[];
  server.removeAllListeners('upgrade').on('upgrade', (request, socket, head) => {
    if (isLocal(request.headers)) for (const listener of upgrade) listener.call(server, request, socket, head);
    else socket.destroy();
  });
}
