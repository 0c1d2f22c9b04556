/** Requests that are sent in two parts, so that something can happen between them. */
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { HttpServer } from '../app/platform/http/fastify.ts';
import { newId } from '../app/platform/security/random.ts';
import { parse } from './raw-http.ts';
import type { Answer, Call } from './service.ts';

export interface HalfSent {
  /** Sends the rest of the body. @returns the answer */
  finish(): Promise<Answer>;
}

export interface HalfSender {
  /** For `startTestService`: tells the sender when a request has passed its guard. */
  routes(app: HttpServer): Promise<void>;
  /**
   * Sends the head of a request and one byte of its body.
   * @returns once the guard of the route has let the request through
   * @throws Error when it is answered instead
   */
  send(url: string, path: string, call: Call): Promise<HalfSent>;
}

const PATIENCE_MS = 10_000;

export function createHalfSender(): HalfSender {
  const passed = new EventEmitter().setMaxListeners(0);

  return {
    async routes(app) {
      app.addHook('preParsing', (request, _reply, payload, done) => {
        passed.emit(request.id);
        done(null, payload);
      });
    },

    async send(url, path, { method = 'POST', token, body = {}, headers }) {
      const id = newId();
      const content = Buffer.from(JSON.stringify(body));
      const { hostname, port } = new URL(url);
      const socket: Socket = connect(Number(port), hostname);
      const answered = text(socket).then(toAnswer);
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const passing = once(passed, id, { signal });
      const head = {
        host: 'localhost',
        connection: 'close',
        'x-request-id': id,
        'content-type': 'application/json',
        'content-length': content.length,
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      };
      const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
      socket.write(content.subarray(0, 1));
      await Promise.race([
        passing,
        answered.then(({ status, body: refused }) => {
          throw new Error(`${method} ${path} was answered before its body: ${status} ${JSON.stringify(refused)}`);
        }),
      ]);
      return {
        finish() {
          socket.write(content.subarray(1));
          return answered;
        },
      };
    },
  };
}

function toAnswer(received: string): Answer {
  const [answer] = parse(Buffer.from(received));
  if (!answer) throw new Error('the connection was closed without an answer');
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return {
    status: answer.status,
    headers: new Headers([...answer.headers]),
    body: isJson && answer.body ? JSON.parse(answer.body) : answer.body,
  };
}
