/** The parameters of a query (RFC 7644 section 3.4.2). Parameters that nobody knows are passed over: Entra ID sends one. */
import { type SQL, sql } from 'drizzle-orm';
import { scimErrors } from '../errors.ts';
import type { ResourceType } from './attributes.ts';
import { type Filter, readFilter } from './filters.ts';
import { type Projection, projectionOf } from './projection.ts';
import { type Stored, sortKey } from './sorting.ts';
import { invalidValue } from './values.ts';

export interface ListQuery {
  readonly filter: Filter | undefined;
  /** From 1. */
  readonly startIndex: number;
  readonly count: number;
  readonly order: SQL;
  readonly attributes: string | undefined;
  readonly excludedAttributes: string | undefined;
  readonly project: Projection;
}

/** How many resources an answer has at most, and if the caller says nothing. */
export const MAX_RESULTS = 200;
const DEFAULT_RESULTS = 100;
/** Beyond it, PostgreSQL would read past all that rows before. */
const MAX_START = 1_000_000;

/** @throws `scim_invalid_filter`, `scim_invalid_value`, `scim_invalid_path` */
export function readListQuery(type: ResourceType, query: unknown, stored: Stored): ListQuery {
  const text = textsOf(query);
  const { filter, attributes, excludedattributes: excludedAttributes } = text;
  const descending = text.sortorder?.toLowerCase() === 'descending';
  const key = text.sortby ? sortKey(type, text.sortby, stored) : undefined;
  if (text.sortby && !key)
    throw scimErrors.scim_invalid_path({
      detail: `Nothing is sorted by ${text.sortby}.`,
      extensions: { scimType: 'invalidPath' },
    });
  const direction = sql.raw(descending ? 'desc nulls first' : 'asc nulls last');
  return {
    filter: filter === undefined ? undefined : readFilter(type, filter),
    startIndex: Math.min(Math.max(1, integer('startIndex', text.startindex) ?? 1), MAX_START),
    count: Math.min(Math.max(0, integer('count', text.count) ?? DEFAULT_RESULTS), MAX_RESULTS),
    order: key ? sql`${key} ${direction}, id` : sql`id`,
    ...{ attributes, excludedAttributes, project: projectionOf(type, attributes, excludedAttributes) },
  };
}

/** The parameters by their names in lower case. One that comes twice is refused. */
export function textsOf(query: unknown): Partial<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries((query as Record<string, unknown>) ?? {})) {
    if (typeof value !== 'string') throw invalidValue(`${name} comes more than once.`);
    if (value !== '') texts[name.toLowerCase()] = value;
  }
  return texts;
}

function integer(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw invalidValue(`${name} is a whole number.`);
  return Number(text);
}
