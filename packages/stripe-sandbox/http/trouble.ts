/** Troubles of requests: an answer in place of the handler's, or a changed one. `world/trouble.ts` decides when. */
import type { Answer, ApiRequest } from '../protocol/answer.ts';
import type { Troubles } from '../world/trouble.ts';

/** The milliseconds that a request waits before it is handled; 0 unless it is slowed down. */
export function slowness(troubles: Troubles, request: ApiRequest): number {
  return troubles.strikes('slow', request) ? troubles.rates.slowMs : 0;
}

/** The answer to a request that fails before it is handled, or undefined if it does not fail. */
export function refusedByTrouble(troubles: Troubles, request: ApiRequest): Answer | undefined {
  if (troubles.strikes('rateLimit', request)) return tooMany();
  if (troubles.strikes('fail', request)) return failed();
  return undefined;
}

/** The answer that the caller receives after the request was handled: the handler's own, or one that trouble changed. */
export function spoiledByTrouble(troubles: Troubles, request: ApiRequest, answer: Answer): Answer {
  if (troubles.strikes('failAfter', request)) return { ...failed(), headers: answer.headers };
  if (troubles.strikes('garbage', request)) {
    return { status: 200, headers: { ...answer.headers, 'content-type': 'text/html' }, body: '<html>Bad gateway' };
  }
  return answer;
}

function tooMany(): Answer {
  const error = {
    type: 'rate_limit_error',
    code: 'rate_limit',
    message: 'Too many requests hit the API too quickly. (Requested trouble of stripe-sandbox.)',
  };
  return { status: 429, headers: { 'stripe-rate-limited-reason': 'global-rate' }, body: JSON.stringify({ error }) };
}

function failed(): Answer {
  const error = {
    type: 'api_error',
    message: 'An unknown error occurred. (Requested trouble of stripe-sandbox.)',
  };
  return { status: 500, headers: {}, body: JSON.stringify({ error }) };
}
