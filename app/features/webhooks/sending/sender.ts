/** Makes one attempt: one request, without redirects, with a bound on its time and on what is read of the answer. */
import type { Dispatcher, Pool, request } from 'undici';
import type { ConnectingOptions } from '../../../platform/http/outgoing/connecting.ts';
import { BlockedAddress, createConnector } from '../../../platform/http/outgoing/connecting.ts';
import { faultOf } from '../../../platform/http/outgoing/destinations.ts';

export type OutcomeKind = 'succeeded' | 'refused' | 'timeout' | 'unreachable' | 'blocked';

export interface Outcome {
  kind: OutcomeKind;
  /** Of the answer; null if there was none. */
  status: number | null;
  /** null for a success. */
  error: string | null;
  durationMs: number;
  /** The beginning of the answer, up to 1 KB. */
  body: string | null;
  /** `Retry-After`, in seconds. */
  retryAfterSeconds: number | null;
}

export interface Sender {
  /** Makes one attempt. It never throws. @param signal aborts it */
  send(url: string, headers: Record<string, string>, body: string, signal?: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

export interface SenderOptions extends ConnectingOptions {
  proxyUrl?: string | undefined;
  userAgent: string;
}

/** The part of an answer that is read, in bytes. No receiver needs a longer answer. */
const READ_BYTES = 64 * 1_024;
const KEPT_BYTES = 1_024;
const MAX_HEADER_BYTES = 16 * 1_024;
/** A receiver may ask for at most so much patience, in seconds. */
const MAX_RETRY_AFTER = 86_400;
/**
 * So long a connection waits for the next delivery, whatever the receiver offers: a turn uses it at once or not at all, and a worker that
 * kept the connections of all receivers would need memory for each.
 */
const KEEP_ALIVE_MS = 1_000;

/** What the first attempt opens; the library is loaded then. */
interface Opened {
  request: typeof request;
  dispatcher: Dispatcher;
}

export function createSender(options: SenderOptions): Sender {
  const { rules, timeoutMs, proxyUrl, userAgent } = options;
  const common = {
    ...{ headersTimeout: timeoutMs, bodyTimeout: timeoutMs, maxHeaderSize: MAX_HEADER_BYTES },
    ...{ keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS, allowH2: false },
  };
  let opened: Promise<Opened> | undefined;

  async function open(): Promise<Opened> {
    const { Agent, request } = await import('undici');
    const direct = async () => new Agent({ connect: await createConnector(options), ...common });
    return { request, dispatcher: await (proxyUrl ? proxied(proxyUrl, common) : direct()) };
  }

  async function attempt(url: string, headers: Record<string, string>, body: string, signal: AbortSignal) {
    const fault = faultOf(url, rules);
    if (fault) return { kind: 'blocked', error: fault } as const;
    const sent = { ...headers, 'user-agent': userAgent };
    opened ??= open();
    const { request, dispatcher } = await opened;
    const answer = await request(url, { method: 'POST', dispatcher, headers: sent, body, signal });
    const { statusCode: status } = answer;
    const read = await readBeginning(answer.body);
    const retryAfterSeconds = secondsOf(answer.headers['retry-after']);
    if (status >= 200 && status < 300) return { kind: 'succeeded', status, body: read } as const;
    return { kind: 'refused', status, body: read, retryAfterSeconds, error: `answered ${status}` } as const;
  }

  return {
    async send(url, headers, body, signal) {
      const startedAt = performance.now();
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(new Timeout()), timeoutMs);
      const abort = () => limit.abort(signal?.reason);
      signal?.addEventListener('abort', abort);
      try {
        signal?.throwIfAborted();
        return complete(startedAt, await attempt(url, headers, body, limit.signal));
      } catch (error) {
        return complete(startedAt, failureOf(error, proxyUrl !== undefined));
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      }
    },
    async close() {
      await (await opened)?.dispatcher.destroy();
    },
  };
}

/** Every request goes through a tunnel (`CONNECT`), and the bounds hold for the proxy too. */
async function proxied(uri: string, common: Pool.Options): Promise<Dispatcher> {
  const { Pool, ProxyAgent } = await import('undici');
  const clientFactory = (origin: URL, own: object) => new Pool(origin, { ...own, ...common });
  return new ProxyAgent({ uri, proxyTunnel: true, clientFactory, ...common });
}

class Timeout extends Error {}

function complete(startedAt: number, partial: Partial<Outcome> & Pick<Outcome, 'kind'>): Outcome {
  const durationMs = Math.round(performance.now() - startedAt);
  return { status: null, error: null, body: null, retryAfterSeconds: null, ...partial, durationMs };
}

/**
 * Reads an answer up to a bound, and closes the connection beyond it. An answer that breaks off has said enough: its status counts.
 * @returns the beginning, as text that the database can store
 */
function readBeginning(body: Dispatcher.ResponseData['body']): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  const { promise, resolve } = Promise.withResolvers<string>();
  body.on('data', (chunk: Buffer) => {
    if (size < KEPT_BYTES) kept.push(chunk);
    size += chunk.length;
    if (size > READ_BYTES) body.destroy();
  });
  // Broken off, or too slow.
  body.on('error', () => {});
  body.once('close', () => resolve(textOf(Buffer.concat(kept).subarray(0, KEPT_BYTES))));
  return promise;
}

const textOf = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\0', '\uFFFD');

const TIMEOUTS = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'];

/** @param proxied what cannot be reached is the egress proxy then, whose address is no concern of those who read this */
function failureOf(error: unknown, proxied: boolean): Pick<Outcome, 'kind' | 'error'> {
  if (error instanceof BlockedAddress) return { kind: 'blocked', error: error.message };
  const { code, message, syscall } = error as { code?: string; message?: string; syscall?: string };
  if (error instanceof Timeout || TIMEOUTS.includes(code ?? '')) return { kind: 'timeout', error: 'no answer in time' };
  if (proxied && (syscall !== undefined || error instanceof AggregateError))
    return { kind: 'unreachable', error: 'the egress proxy could not be reached' };
  return { kind: 'unreachable', error: (message || code || 'the connection failed').slice(0, 200) };
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function secondsOf(header: string | string[] | undefined): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return null;
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1_000);
  return seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER) : null;
}
