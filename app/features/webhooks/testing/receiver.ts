/** A receiver of webhooks for tests: it verifies nothing, keeps what arrives, and answers as it is told. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: Record<string, string>;
  body: string;
  path: string;
  /** Milliseconds since the process started. */
  at: number;
}

export type Answer = (request: Received, response: ServerResponse) => void | Promise<void>;

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Requests that are under way. */
  readonly open: number;
  answer: Answer;
  close(): Promise<void>;
}

export const answerWith =
  (status: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

export async function startReceiver(answer: Answer = answerWith(200)): Promise<Receiver> {
  let open = 0;
  const server = createServer(async (request, response) => {
    open++;
    response.once('close', () => open--);
    const received = await read(request);
    receiver.received.push(received);
    await receiver.answer(received, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [] as Received[],
    get open() {
      return open;
    },
    answer,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  return { headers: request.headers as Record<string, string>, body, path: request.url!, at: performance.now() };
}
