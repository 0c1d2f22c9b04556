/** Sends by SMTP: Amazon SES, Postmark, Resend, a company relay, or the development mailbox. */
import type { Readable } from 'node:stream';
import { MINUTE_MS } from '../../platform/clock.ts';
import { failSpan, inSpan, SpanKind } from '../../platform/telemetry/spans.ts';
import { withoutAddresses } from './addresses.ts';
import type { EmailTransport, SendOutcome } from './transport.ts';

export interface SmtpTransportOptions {
  /** `SMTP_URL`: smtp://user:password@host:port or smtps://…; nodemailer's options as its query, e.g. `?name=mail.example.com`. */
  url: string;
  /** The name that the client says in EHLO, unless the URL has one: the sender's domain. nodemailer's own is that of the machine, or `[127.0.0.1]`. */
  name?: string;
  /** Connections kept open at most. */
  maxConnections?: number;
  /** For connecting, the greeting, and the name of the server, each. */
  timeoutMs?: number;
  /** For the answer to an email that was sent whole. */
  answerMs?: number;
}

/** All of a try but the wait for the last answer, in milliseconds. */
const SEND_MS = 30_000;
/** The wait for the answer to the email itself (RFC 5321 section 4.5.3.2.6): after less, the server may still be taking it. */
export const ANSWER_MS = 10 * MINUTE_MS;

export function createSmtpTransport(options: SmtpTransportOptions): EmailTransport {
  const { url, answerMs = ANSWER_MS } = options;
  // The library is loaded by the first email: most processes send none for a while, and some never.
  let opened: ReturnType<typeof createTransporter> | undefined;
  const open = () => {
    opened ??= createTransporter(options, answerMs);
    return opened;
  };
  const { hostname, port } = new URL(url);
  const attributes = { 'server.address': hostname, 'server.port': Number(port || 587) };

  return {
    send({ to, ...email }, signal, onContentSent = () => {}) {
      return inSpan('smtp send', { kind: SpanKind.CLIENT, attributes }, async (span) => {
        const patience = new AbortController();
        const giveUpAfter = (ms: number) =>
          setTimeout(() => patience.abort(new Error(`no answer within ${ms} ms`)), ms);
        let timer = giveUpAfter(SEND_MS);
        let isContentSent = false;
        const contentSent = () => {
          clearTimeout(timer);
          timer = giveUpAfter(answerMs);
          isContentSent = true;
          onContentSent();
        };
        try {
          const { response } = await (await open()).sendMail({
            ...email,
            ...{ to: { name: '', address: to }, contentSent, signal: AbortSignal.any([signal, patience.signal]) },
          });
          return { kind: 'accepted', response: withoutAddresses(response) };
        } catch (error) {
          failSpan(span, error);
          return outcomeOf(error as SmtpError, isContentSent);
        } finally {
          clearTimeout(timer);
        }
      });
    },
    async probe() {
      try {
        await (await open()).verify();
        return undefined;
      } catch (error) {
        return reasonOf(error as SmtpError);
      }
    },
    async close() {
      (await opened)?.close();
    },
  };
}

async function createTransporter(
  { url, name, maxConnections = 5, timeoutMs = 10_000 }: SmtpTransportOptions,
  answerMs: number,
) {
  const { createTransport } = await import('nodemailer');
  const transporter = createTransport({
    url,
    ...(name && !new URL(url).searchParams.has('name') && { name }),
    pool: true,
    maxConnections,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    // One for every wait on the connection, so it must not end the longest of them. `send` bounds the others.
    socketTimeout: answerMs + timeoutMs,
    dnsTimeout: timeoutMs,
    // Again at once only where a kept connection turns out to be closed, before anything was sent. All other tries are the outbox's.
    maxRequeues: 1,
    requireTLS: carriesCredentials(url),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transporter.use('stream', ({ data, message }, done) => {
    message.processFunc((content: Readable) =>
      content.once('end', (data as { contentSent?: () => void }).contentSent ?? (() => {})),
    );
    done();
  });
  return transporter;
}

/** A password goes over the network encrypted or not at all. `?requireTLS=false` in the URL overrides this. */
function carriesCredentials(url: string): boolean {
  const { username, hostname } = new URL(url);
  return username !== '' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

interface SmtpError extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
  permanent?: boolean;
}

/** A reply about authentication concerns our setting, not this email: the email waits until the setting is repaired. */
const AUTHENTICATION_REPLIES = new Set([530, 534, 535, 538]);
/** RFC 3463 section 3: what an enhanced status code is about. */
const ABOUT = { address: 1, mailbox: 2, content: 6, policy: 7 } as const;

/** RFC 5321 section 4.2.1: 5yz is final, 4yz is not. Only a reply about the email itself can be final for the email. */
function outcomeOf(error: SmtpError, isContentSent: boolean): SendOutcome {
  if (isContentSent && error.responseCode === undefined) return { kind: 'unanswered', reason: reasonOf(error) };
  const aboutMail = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  // No reply: nodemailer found the email unfit for this server (too big, or an address it cannot carry).
  const unfit = aboutMail && error.responseCode === undefined;
  const final = aboutMail && error.permanent === true && !isAboutUs(error);
  return { kind: final || unfit ? 'refused' : 'unavailable', reason: reasonOf(error) };
}

/**
 * True if a final reply refuses the sender and not this email: an account that is suspended or still limited, a sender that is not verified,
 * a relay that is denied. All emails would get it, so they wait until somebody has repaired it. Providers say it with 554, which says nothing
 * else by itself, or with a policy code; RFC 5321 has no code for it.
 */
function isAboutUs({ command, responseCode = 0, response = '' }: SmtpError): boolean {
  const about = Number(/^\d{3}[ -]5\.(\d+)\.\d+/.exec(response)?.[1] ?? 0);
  if (command === 'MAIL FROM' || AUTHENTICATION_REPLIES.has(responseCode) || about === ABOUT.policy) return true;
  return responseCode === 554 && about !== ABOUT.address && about !== ABOUT.mailbox && about !== ABOUT.content;
}

function reasonOf({ response, code, message }: SmtpError): string {
  return withoutAddresses(response ?? [code, message].filter(Boolean).join(': '));
}
