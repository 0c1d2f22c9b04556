/** What the benchmark asks of the load generator, and what it answers. */
export interface Load {
  readonly port: number;
  /** Each has one request under way at a time. */
  readonly connections: number;
  /** No request begins later, in milliseconds. */
  readonly durationMs: number;
  readonly work: Work;
  /** A request sent at an even pace beside the work, on a connection of its own. */
  readonly probe?: { readonly request: string; readonly everyMs: number };
}

export type Work =
  /** Whole HTTP requests, sent one after the other, from the first again after the last. */
  | { readonly kind: 'list'; readonly requests: readonly string[] }
  /** Refresh tokens, one a session; each answer gives the next one. */
  | { readonly kind: 'refresh'; readonly path: string; readonly tokens: readonly string[] }
  /** Signed events of Stripe, each a new one of about 3 KB. */
  | { readonly kind: 'events'; readonly path: string; readonly secret: string; readonly customers: number };

export interface Outcome {
  readonly answers: number;
  readonly seconds: number;
  /** Status -> how many. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly probeP99: number;
  /** With `refresh`: the tokens that are current now. */
  readonly tokens: readonly string[];
}

/** The secret that signs events here. */
export const WEBHOOK_SECRET = 'whsec_benchmark_only_never_elsewhere';

/** A whole HTTP request, with a body if given. */
export function httpRequest(method: string, path: string, headers: Record<string, string> = {}, body?: string): string {
  const all: Record<string, string> = { host: 'api.example.com', 'user-agent': 'benchmark', ...headers };
  if (body !== undefined) {
    all['content-type'] = 'application/json';
    all['content-length'] = String(Buffer.byteLength(body));
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}
