/** Lists: newest first, with cursor pagination (docs.stripe.com/api/pagination). */
import type Stripe from 'stripe';
import { invalid } from '../world/fault.ts';
import { integer, type Read, text } from './parameters.ts';

export const pagination = { limit: integer, starting_after: text, ending_before: text };

const LIMIT_DEFAULT = 10;

/**
 * One page of `items`, which are given oldest first. `starting_after` continues with older ones, `ending_before` with newer ones; in both cases
 * the page is newest first.
 */
export function page<T>(items: T[], params: Read<typeof pagination>, url: string): Stripe.ApiList<T> {
  const limit = params.limit ?? LIMIT_DEFAULT;
  const newestFirst = items.toReversed();
  if (params.ending_before) {
    const before = newestFirst.slice(0, position(newestFirst, params.ending_before, 'ending_before'));
    return { object: 'list', data: before.slice(-limit), has_more: before.length > limit, url };
  }
  const from = params.starting_after ? position(newestFirst, params.starting_after, 'starting_after') + 1 : 0;
  const rest = newestFirst.slice(from);
  return { object: 'list', data: rest.slice(0, limit), has_more: rest.length > limit, url };
}

/** A whole list in its own order, for the lists inside objects. */
export function listOf<T>(data: T[], url: string): Stripe.ApiList<T> {
  return { object: 'list', data, has_more: false, url };
}

function position<T>(items: T[], id: string, parameter: string): number {
  const at = items.findIndex((item) => (item as { id?: string }).id === id);
  if (at < 0) throw invalid(`No such object: '${id}'`, parameter, 'resource_missing');
  return at;
}
