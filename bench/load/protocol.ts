/** The messages between the benchmark and the load generator. */
export interface Load {
  readonly port: number;
  /** The number of connections; each has one request in progress at a time. */
  readonly connections: number;
  /** The duration in milliseconds; no request begins later. */
  readonly durationMs: number;
  readonly work: Work;
  /** A request that is sent at a constant pace beside the work, on a separate connection. */
  readonly probe?: { readonly request: string; readonly everyMs: number };
}

export type Work =
  /** Complete HTTP requests, sent one after the other, in a loop. */
  | { readonly kind: 'list'; readonly requests: readonly string[] }
  /** Refresh tokens, one per session. Each answer contains the next token. */
  | { readonly kind: 'refresh'; readonly path: string; readonly tokens: readonly string[] }
  /** Signed Stripe events, each a new one of about 3 KB. */
  | { readonly kind: 'events'; readonly path: string; readonly secret: string; readonly customers: number };

export interface Outcome {
  readonly answers: number;
  readonly seconds: number;
  /** The number of answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** The median duration in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly probeP99: number;
  /** For `refresh`: the tokens that are current after the load. */
  readonly tokens: readonly string[];
}

/** The secret that signs events in the benchmark. */
export const WEBHOOK_SECRET = 'whsec_benchmark_only_never_elsewhere';

/** A complete HTTP request, with a body if given. */
export function httpRequest(method: string, path: string, headers: Record<string, string> = {}, body?: string): string {
  const all: Record<string, string> = { host: 'api.example.com', 'user-agent': 'benchmark', ...headers };
  if (body !== undefined) {
    all['content-type'] = 'application/json';
    all['content-length'] = String(Buffer.byteLength(body));
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}
