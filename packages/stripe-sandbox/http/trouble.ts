/** What trouble makes of a request: an answer in place of the handler's, or a spoiled one. `world/trouble.ts` decides when. */
import type { Answer, ApiRequest } from '../protocol/answer.ts';
import type { Troubles } from '../world/trouble.ts';

/** For how many milliseconds a request waits before it is looked at; 0 for most. */
export function slowness(troubles: Troubles, request: ApiRequest): number {
  return troubles.strikes('slow', request) ? troubles.rates.slowMs : 0;
}

/** The answer of a request that is refused before anything is done. */
export function refusedByTrouble(troubles: Troubles, request: ApiRequest): Answer | undefined {
  if (troubles.strikes('rateLimit', request)) return tooMany();
  if (troubles.strikes('fail', request)) return failed();
  return undefined;
}

/** The answer as the caller receives it, after the request was done. */
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
    message: 'Too many requests hit the API too quickly. (Trouble that stripe-sandbox was asked for.)',
  };
  return { status: 429, headers: { 'stripe-rate-limited-reason': 'global-rate' }, body: JSON.stringify({ error }) };
}

function failed(): Answer {
  const error = {
    type: 'api_error',
    message: 'An unknown error occurred. (Trouble that stripe-sandbox was asked for.)',
  };
  return { status: 500, headers: {}, body: JSON.stringify({ error }) };
}
