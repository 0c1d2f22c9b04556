/** Sends by SMTP: Amazon SES, Postmark, Resend, a company relay, or the development mailbox. */
import { createTransport } from 'nodemailer';
import { failSpan, inSpan, SpanKind } from '../../platform/telemetry/spans.ts';
import { withoutAddresses } from './addresses.ts';
import type { EmailTransport, SendOutcome } from './transport.ts';

export interface SmtpTransportOptions {
  /** `SMTP_URL`: smtp://user:password@host:port or smtps://…; nodemailer's options as its query, e.g. `?name=mail.example.com`. */
  url: string;
  /** Connections kept open at most. */
  maxConnections?: number;
  /** For one wait: connecting, greeting, an answer. */
  timeoutMs?: number;
}

export function createSmtpTransport({
  url,
  maxConnections = 5,
  timeoutMs = 10_000,
}: SmtpTransportOptions): EmailTransport {
  const transporter = createTransport({
    url,
    pool: true,
    maxConnections,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    // Again at once only where a kept connection turns out to be closed, before anything was sent. All other tries are the outbox's.
    maxRequeues: 1,
    requireTLS: carriesCredentials(url),
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  const { hostname, port } = new URL(url);
  const attributes = { 'server.address': hostname, 'server.port': Number(port || 587) };

  return {
    send({ to, ...email }, signal) {
      return inSpan('smtp send', { kind: SpanKind.CLIENT, attributes }, async (span) => {
        try {
          const { response } = await transporter.sendMail({ ...email, to: { name: '', address: to }, signal });
          return { kind: 'accepted', response: withoutAddresses(response) };
        } catch (error) {
          failSpan(span, error);
          return outcomeOf(error as SmtpError);
        }
      });
    },
    async probe() {
      try {
        await transporter.verify();
        return undefined;
      } catch (error) {
        return reasonOf(error as SmtpError);
      }
    },
    async close() {
      transporter.close();
    },
  };
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

/** What the server says about authentication is about us, not about this mail: it waits until the setting is repaired. */
const AUTHENTICATION_REPLIES = new Set([530, 534, 535, 538]);
/** RFC 3463 section 3: what an enhanced status code is about. */
const ABOUT = { address: 1, mailbox: 2, content: 6, policy: 7 } as const;

/** RFC 5321 section 4.2.1: 5yz is final, 4yz is not. Only a reply about the mail itself can be final for the mail. */
function outcomeOf(error: SmtpError): SendOutcome {
  const aboutMail = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  // No reply: nodemailer found the mail unfit for this server (too big, or an address it cannot carry).
  const unfit = aboutMail && error.responseCode === undefined;
  const final = aboutMail && error.permanent === true && !isAboutUs(error);
  return { kind: final || unfit ? 'refused' : 'unavailable', reason: reasonOf(error) };
}

/**
 * Whether a final reply refuses the sender and not this mail: an account that is suspended or still limited, a sender that is not verified,
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
