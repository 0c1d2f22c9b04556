/** The HTTP server, on 127.0.0.1 by default. `/v1/…` is the API, `/_sandbox/…` the controls, everything else the pages. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StripeSandbox } from '../controls.ts';
import { PAGES } from '../pages/pages.ts';
import type { Answer, ApiRequest } from '../protocol/answer.ts';
import { answerControl } from './control.ts';

export interface Listening {
  url: string;
  port: number;
  close(): Promise<void>;
}

const BODY_LIMIT = 2 * 1024 * 1024;

/** Listens on `port` (0: a free one) of `host`. Rejects with the system's error if the port is taken. */
export async function listen(sandbox: StripeSandbox, port: number, host = '127.0.0.1'): Promise<Listening> {
  const server = createServer((incoming, outgoing) => {
    serve(sandbox, incoming, outgoing).catch((error: unknown) => {
      console.error(error);
      outgoing.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(sandbox: StripeSandbox, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = await readRequest(incoming);
  const { status, headers, body } =
    isLoopback(request) && !isForeign(request) ? await answer(sandbox, request) : REFUSED;
  outgoing.writeHead(status, headers).end(body);
}

async function answer(sandbox: StripeSandbox, request: ApiRequest): Promise<Answer> {
  if (request.path.startsWith('/v1/')) return sandbox.api.answer(request);
  if (request.path.startsWith('/_sandbox/')) return answerControl(sandbox, request);
  const path = request.path.split('?')[0]!;
  for (const page of PAGES) {
    const match = page.method === request.method ? page.path.exec(path) : null;
    if (match) return page.answer(sandbox, request, match.groups ?? {});
  }
  return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'stripe-sandbox: page not found.\n' };
}

/**
 * Refuses host names other than localhost. Otherwise a web page could reach the sandbox through a name that it points at 127.0.0.1 (DNS
 * rebinding).
 */
function isLoopback(request: ApiRequest): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal|stripe-sandbox)(:\d+)?$/.test(
    request.headers.host ?? '',
  );
}

/**
 * Refuses what a page of another site would change. Browsers say in Sec-Fetch-Site where a request comes from, also where Origin is null
 * because a page sends no referrer.
 */
function isForeign({ method, headers }: ApiRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && origin !== 'null' && origin !== `http://${host}`;
}

const REFUSED: Answer = {
  status: 403,
  headers: { 'content-type': 'text/plain' },
  body: 'stripe-sandbox answers on localhost only, and takes no change from pages of other sites.\n',
};

async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT) throw new Error('stripe-sandbox: the body is too large');
    chunks.push(chunk);
  }
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
