/** A real SMTP server that keeps what it gets, and fails as it is told. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { Lifetime } from './lifetime.ts';

export interface ReceivedMail {
  from: string;
  to: string[];
  /** As it came over the wire, dots unstuffed. */
  raw: string;
}

/** The server's answer to an email: take it, answer with a code (and a text of its own), or drop the connection. */
export type Reaction = 'accept' | number | { code: number; text: string } | 'drop';

export interface SmtpReceiver {
  url: string;
  /** Every email whose content arrived, whatever was answered then. */
  received: ReceivedMail[];
  /** The users who sent a password, over any connection. */
  signedIn: string[];
  /** The name that each client gave in EHLO. */
  greetedAs: string[];
  /** Changed by a test, or called for each email. */
  atSender: () => Reaction | Promise<Reaction>;
  atRecipient: () => Reaction | Promise<Reaction>;
  afterContent: () => Reaction | Promise<Reaction>;
  /** Called for each connection before the greeting. */
  atConnect: () => void | Promise<void>;
  close(): Promise<void>;
}

export interface SmtpReceiverOptions {
  /** TLS from the first byte, with a certificate of its own making. */
  secure?: boolean;
  port?: number;
}

export async function startSmtpReceiver(t: Lifetime, { secure = false, port = 0 }: SmtpReceiverOptions = {}) {
  const server = new SMTPServer({
    secure,
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: secure ? [] : ['STARTTLS'],
    closeTimeout: 100,
    async onConnect(_session, done) {
      await receiver.atConnect();
      done();
    },
    onAuth({ username }, _session, done) {
      receiver.signedIn.push(username ?? '');
      done(null, { user: username });
    },
    async onMailFrom(_address, _session, done) {
      react(await receiver.atSender(), done);
    },
    async onRcptTo(_address, _session, done) {
      react(await receiver.atRecipient(), done);
    },
    async onData(stream, { envelope, hostNameAppearsAs }, done) {
      receiver.greetedAs.push(String(hostNameAppearsAs));
      const raw = (await buffer(stream)).toString('utf8');
      const from = envelope.mailFrom ? envelope.mailFrom.address : '';
      receiver.received.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw });
      react(await receiver.afterContent(), done);
    },
  });

  function react(reaction: Reaction, done: (error?: Error) => void): void {
    if (reaction === 'accept') done();
    else if (reaction === 'drop') for (const connection of server.connections) connection._socket.destroy();
    else {
      const { code, text } =
        typeof reaction === 'number' ? { code: reaction, text: 'no mail for <ada@example.test> here' } : reaction;
      done(Object.assign(new Error(text), { responseCode: code }));
    }
  }

  // Clients that hang up in the middle are what some tests are about.
  server.on('error', () => {});
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address() as AddressInfo;

  let closed: Promise<void> | undefined;
  const receiver: SmtpReceiver = {
    url: `${secure ? 'smtps' : 'smtp'}://127.0.0.1:${address.port}`,
    received: [],
    signedIn: [],
    greetedAs: [],
    atSender: () => 'accept',
    atRecipient: () => 'accept',
    afterContent: () => 'accept',
    atConnect: () => {},
    close: () => (closed ??= new Promise((resolve) => server.close(() => resolve()))),
  };
  t.after(() => receiver.close());
  return receiver;
}
