/**
 * A keep-alive connection that sends one request at a time. It supports only the HTTP that is measured: a `Content-Length`, no body, or chunks
 * whose text nobody reads. A general client would use more CPU than the server.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Connection {
  /** Sends a request and reads its answer. @throws Error if the connection ends first, or the answer has no length */
  request(text: string): Promise<Answer>;
  close(): void;
}

const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = '\r\n0\r\n\r\n';

export async function openConnection(port: number): Promise<Connection> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let received = '';
  let waiting: PromiseWithResolvers<Answer> | undefined;

  const settle = (outcome: Answer | Error) => {
    const current = waiting;
    waiting = undefined;
    if (outcome instanceof Error) current?.reject(outcome);
    else current?.resolve(outcome);
  };
  socket.setEncoding('latin1'); // one character per byte, so that string lengths equal byte lengths
  socket.on('data', (chunk: string) => {
    received += chunk;
    const answer = parse(received);
    if (!answer) return;
    received = '';
    settle(answer);
  });
  socket.on('error', settle);
  socket.on('close', () => settle(new Error('the server closed the connection')));

  return {
    request(text) {
      waiting = Promise.withResolvers<Answer>();
      socket.write(text, 'latin1');
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

/** @returns undefined while the answer is incomplete */
function parse(text: string): Answer | Error | undefined {
  const end = text.indexOf(HEAD_END);
  if (end === -1) return undefined;
  const status = Number(text.slice(9, 12));
  const head = text.slice(0, end);
  if (/\r\ntransfer-encoding: chunked/i.test(head))
    return text.endsWith(LAST_CHUNK) ? { status, body: text.slice(end + HEAD_END.length) } : undefined;
  const length = status === 204 ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
  if (Number.isNaN(length)) return new Error(`an answer without content-length: ${head}`);
  const start = end + HEAD_END.length;
  return text.length < start + length ? undefined : { status, body: text.slice(start, start + length) };
}
