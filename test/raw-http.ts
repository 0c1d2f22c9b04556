/** HTTP as bytes, for requests that no client library would send. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

const PATIENCE_MS = 10_000;

/**
 * Sends bytes on a new connection, and reads until the server closes it.
 * @returns every answer on the connection, in order
 * @throws Error if the connection is still open after 10 s
 */
export function exchange(url: string, bytes: string | Buffer): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(bytes as Buffer)));
    socket.setTimeout(PATIENCE_MS, () => {
      socket.destroy();
      reject(new Error(`the server left the connection open after: ${String(bytes).slice(0, 200)}`));
    });
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    // A server may refuse a request before it has read all of it, and close the connection. Ignore the resulting error.
    socket.on('error', () => {});
    socket.on('close', () => {
      try {
        resolve(parse(Buffer.concat(received)));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** A request that asks the server to close the connection after the answer. */
export function rawRequest(line: string, headers: readonly string[] = [], body = ''): string {
  return `${[`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n${body}`;
}

/** The answers in what a server has sent. */
export function parse(bytes: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const end = rest.indexOf('\r\n\r\n');
    assert.ok(end > 0, `not an HTTP answer: ${rest.toString().slice(0, 200)}`);
    const [line = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const headers = new Map(
      lines.map((each) => {
        const colon = each.indexOf(':');
        return [each.slice(0, colon).toLowerCase(), each.slice(colon + 1).trim()] as const;
      }),
    );
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]);
    assert.ok(status, `not a status line: ${line}`);
    // An interim answer (1xx) has no body. An answer without a length ends with the connection.
    const length = status < 200 ? '0' : headers.get('content-length');
    const bodyEnd = length === undefined ? rest.length : end + 4 + Number(length);
    answers.push({ status, headers, body: rest.subarray(end + 4, bodyEnd).toString() });
    rest = rest.subarray(bodyEnd);
  }
  return answers;
}
