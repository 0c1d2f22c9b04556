/**
 * Idempotency keys (docs.stripe.com/api/idempotent_requests): the first answer to a key is kept, whatever its status, and returned again. Other
 * parameters with the same key are refused. Answers to requests that never began (429, 409, an unreadable request) are not kept. Keys expire
 * after 24 hours.
 */
import { createHash } from 'node:crypto';
import type { Answer, ApiRequest } from '../protocol/answer.ts';
import { Fault } from '../world/fault.ts';

interface Remembered {
  digest: string;
  answer: Answer;
  at: number;
}

const KEEP_SECONDS = 24 * 3600;

export interface IdempotencyKeys {
  /** The stored answer, or undefined for a new key. Throws if the key was used with other parameters. */
  recall(key: string, request: ApiRequest, now: number): Answer | undefined;
  keep(key: string, request: ApiRequest, answer: Answer, now: number): void;
}

export function createIdempotencyKeys(): IdempotencyKeys {
  const keys = new Map<string, Remembered>();
  return {
    recall(key, request, now) {
      const known = keys.get(key);
      if (!known || now - known.at >= KEEP_SECONDS) return undefined;
      if (known.digest !== digestOf(request)) throw mismatch(key);
      return { ...known.answer, headers: { ...known.answer.headers, 'idempotent-replayed': 'true' } };
    },
    keep(key, request, answer, now) {
      keys.set(key, { digest: digestOf(request), answer, at: now });
    },
  };
}

function digestOf(request: ApiRequest): string {
  return createHash('sha256').update(`${request.method} ${request.path}\n${request.body}`).digest('base64');
}

function mismatch(key: string): Fault {
  return new Fault(
    400,
    'idempotency_error',
    `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  );
}

/** 409: the first request with this key is still in progress. */
export function inUse(): Fault {
  return new Fault(
    409,
    'idempotency_error',
    'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through). Please try again later.',
    { code: 'idempotency_key_in_use' },
  );
}
