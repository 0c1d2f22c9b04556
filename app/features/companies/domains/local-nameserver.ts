/** A nameserver for development and tests: it answers questions for TXT records (RFC 1035), and nothing else. Production never loads it. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** The texts of a name; undefined where it does not exist. */
export type ZoneAnswer = readonly string[] | undefined | 'servfail' | 'silence';

export interface LocalNameserver {
  readonly port: number;
  close(): Promise<void>;
}

const CODES = { NXDOMAIN: 3, SERVFAIL: 2 };
const AUTHORITATIVE = 0x0400;

/** Listens on this machine alone. @param port 0 for any free one @throws Error if the port is in use */
export async function startLocalNameserver(
  port: number,
  textsOf: (name: string) => ZoneAnswer | Promise<ZoneAnswer>,
): Promise<LocalNameserver> {
  const { decode, encode } = await import('dns-packet');
  const socket = createSocket('udp4');
  // It keeps no process alive.
  socket.unref();
  socket.on('message', async (message, { port: from, address }) => {
    const { id, questions } = decode(message);
    const name = questions![0]!.name.toLowerCase();
    const texts = await Promise.resolve(textsOf(name)).catch(() => 'servfail' as const);
    if (texts === 'silence') return;
    const code = texts === undefined ? CODES.NXDOMAIN : texts === 'servfail' ? CODES.SERVFAIL : 0;
    const found = Array.isArray(texts) ? (texts as readonly string[]) : [];
    const answers = found.map((text) => ({ type: 'TXT' as const, name, ttl: 0, data: text.match(/.{1,255}/gs) ?? [] }));
    const answer = encode({ type: 'response', id: id!, flags: AUTHORITATIVE | code, questions: questions!, answers });
    socket.send(answer, from, address);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}
