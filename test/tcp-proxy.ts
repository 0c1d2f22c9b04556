/** A TCP proxy in front of a server. A test can close its connections, or freeze them as a lost network does. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The server's URL through the proxy. */
  url: string;
  /** The number of connections so far. */
  readonly accepted: number;
  /** Stops forwarding on all current connections, in both directions, without closing them. */
  freeze(): void;
  /** Freezes once, as soon as a client sends this text. */
  freezeAt: string | undefined;
  /** Closes all connections. */
  cut(): void;
  /** True if new connections are accepted. Otherwise they are closed at once. */
  open: boolean;
  close(): Promise<void>;
}

export async function startTcpProxy(serverUrl: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(serverUrl);
  const pairs = new Set<[Socket, Socket]>();
  let accepted = 0;
  const server = createServer((incoming) => {
    if (!proxy.open) {
      incoming.destroy();
      return;
    }
    accepted++;
    const outgoing = connect(Number(port), hostname);
    const pair: [Socket, Socket] = [incoming, outgoing];
    pairs.add(pair);
    for (const [from, to] of [pair, [outgoing, incoming] as const]) {
      from.on('data', (chunk: Buffer) => {
        const freezes = proxy.freezeAt !== undefined && chunk.includes(proxy.freezeAt);
        if (!freezes) to.write(chunk);
        else proxy.freeze();
      });
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.port = String((server.address() as AddressInfo).port);

  const proxy: TcpProxy = {
    url: url.href,
    open: true,
    freezeAt: undefined,
    get accepted() {
      return accepted;
    },
    freeze() {
      proxy.freezeAt = undefined;
      for (const pair of pairs) for (const socket of pair) socket.removeAllListeners('data').resume();
    },
    cut() {
      for (const [incoming] of pairs) incoming.destroy();
    },
    async close() {
      proxy.cut();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
