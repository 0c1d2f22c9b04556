/** Refusals of the API (RFC 9457), and calls that got no answer, as one kind of error whose `code` narrows. */
import type { ProblemExtensions } from './generated/types.ts';

/** The codes that the client makes itself: no answer of the API carries them. */
export type ClientCode =
  /** The service could not be reached, or the connection broke before the answer was complete. */
  | 'connection_failed'
  /** No complete answer within the timeout. */
  | 'timed_out'
  /** The caller's signal was aborted. */
  | 'cancelled'
  /** Something between here and the service answered in its place, such as a proxy. */
  | 'unexpected_answer';

/** The error of a call. `if (error.code === 'limit_reached')` narrows, and a switch over the codes can be exhaustive. */
export type ApiError<Code extends string = string> = Code extends string ? ApiProblem & { readonly code: Code } : never;

/** A problem document as it arrives. Extension members of later versions come along. */
export interface ProblemFields {
  readonly code: string;
  readonly title?: string;
  readonly detail?: string;
  readonly requestId?: string;
}

export interface ApiProblem extends ProblemExtensions {}
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the members come from the document, with Object.assign
export class ApiProblem extends Error {
  declare readonly code: string;
  /** What to quote when asking for support. */
  declare readonly requestId?: string;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** After how many milliseconds the service wants to be asked again. */
  readonly retryAfterMs: number | undefined;

  constructor(fields: ProblemFields, status = 0, retryAfterMs?: number, cause?: unknown) {
    super(fields.detail ?? fields.title ?? fields.code, { cause });
    Object.assign(this, fields);
    this.name = 'ApiProblem';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** True for every error that a call throws on purpose. */
export function isApiError<Code extends string = string>(error: unknown): error is ApiError<Code> {
  return error instanceof ApiProblem;
}

/**
 * The problem that an answer carries.
 * @param status of the answer, which is not a success
 */
export async function readProblem(response: Response, now: number): Promise<ApiProblem> {
  const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), now);
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const fields = isProblem ? ((await response.json()) as ProblemFields) : { code: 'unexpected_answer' };
  return new ApiProblem({ detail: `HTTP ${response.status}`, ...fields }, response.status, retryAfterMs);
}

/** `Retry-After` in milliseconds from `now`: seconds, or a date (RFC 9110 section 10.2.3). */
function readRetryAfter(text: string | null, now: number): number | undefined {
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
