/** One attempt of a call: a request, and its answer or its problem. */
import { ApiProblem, readProblem } from './problems.ts';
import { cancelled } from './waiting.ts';

export interface Attempt {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  /** The operation's path, with its parameters by name: a name for spans. */
  readonly route: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** A hook may add to them, e.g. `traceparent`. */
  readonly headers: Record<string, string>;
}

export interface Answered extends Attempt {
  /** 0 without an answer. */
  readonly status: number;
  readonly durationMs: number;
  readonly requestId: string | undefined;
  readonly problem: ApiProblem | undefined;
}

/** What a program may watch, for traces and measurements. A hook that throws fails the call. */
export interface Hooks {
  onRequest?(attempt: Attempt): void;
  onAnswer?(answered: Answered): void;
}

export interface SendingOptions {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly credentials: 'include' | undefined;
  readonly hooks: Hooks;
  readonly now: () => number;
}

export interface Sent extends Attempt {
  readonly body?: unknown;
  readonly isStream?: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a request once.
 * @returns the answer's JSON, undefined for an empty one, and for a stream the `Response`
 * @throws ApiProblem
 */
export async function send(sent: Sent, options: SendingOptions): Promise<unknown> {
  const { hooks } = options;
  const { method, path, route, attempt, headers } = sent;
  const about: Attempt = { method, path, route, attempt, headers };
  hooks.onRequest?.(about);
  const startedAt = options.now();
  const tell = (status: number, requestId?: string | null, problem?: ApiProblem) =>
    hooks.onAnswer?.({
      ...about,
      ...{ status, durationMs: options.now() - startedAt, requestId: requestId ?? undefined, problem },
    });
  try {
    const response = await exchange(sent, options);
    if (!response.ok) throw await readProblem(response, options.now());
    const result = sent.isStream ? response : await readAnswer(response);
    tell(response.status, response.headers.get('x-request-id'));
    return result;
  } catch (error) {
    const problem = error instanceof ApiProblem ? error : unanswered(error, sent);
    tell(problem.status, problem.requestId, problem);
    throw problem;
  }
}

function exchange(sent: Sent, { baseUrl, fetch, credentials }: SendingOptions): Promise<Response> {
  const { method, path, headers, body, timeoutMs, signal } = sent;
  const hasBody = body !== undefined;
  const timeout = AbortSignal.timeout(timeoutMs);
  return fetch(baseUrl + path, {
    method,
    headers: hasBody ? { ...headers, 'content-type': 'application/json' } : headers,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    // A redirect would repeat the call elsewhere, with its token.
    redirect: 'error',
    ...(hasBody && { body: JSON.stringify(body) }),
    ...(credentials && { credentials }),
  });
}

/** Anything but JSON and nothing is the answer of something in between, such as a portal that wants a sign-in to its network. */
async function readAnswer(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  if (!/[/+]json\b/.test(response.headers.get('content-type') ?? '')) {
    throw new ApiProblem({ code: 'unexpected_answer', detail: 'The answer is not JSON.' });
  }
  return response.json();
}

function unanswered(error: unknown, { signal }: Sent): ApiProblem {
  if (signal?.aborted) return cancelled(signal);
  const isTimeout = (error as Error | undefined)?.name === 'TimeoutError';
  const fields = isTimeout
    ? { code: 'timed_out', detail: 'No answer came in time.' }
    : { code: 'connection_failed', detail: 'The service could not be reached.' };
  return new ApiProblem(fields, 0, undefined, error);
}
