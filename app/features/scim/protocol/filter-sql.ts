/**
 * Filters as conditions of SQL. A condition is true or false, never null, so that `not` is right; and one element of a list meets all that stands
 * in the brackets of a value path.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Attribute } from './attributes.ts';
import { type Comparison, comparedOf, type Filter, type Literal } from './filters.ts';
import type { Place } from './paths.ts';

/** Where the attributes of a kind of resource are stored. */
export interface Stored {
  /** The JSON with all attributes that `column` and `elements` do not know. */
  readonly document: SQL;
  /** An attribute in a column of its own. */
  column(place: Place): Column | undefined;
  /** A set of JSON objects named `element(value)`, for a list that is not in the JSON. */
  elements(place: Place): SQL | undefined;
}

export interface Column {
  readonly value: SQL;
  /** `folded`: text in lower case, which an index may know. */
  readonly kind: 'text' | 'folded' | 'boolean' | 'instant' | 'uuid';
}

export function toSql(filter: Filter, stored: Stored): SQL {
  switch (filter.op) {
    case 'and':
    case 'or':
      return joined(
        filter.filters.map((each) => toSql(each, stored)),
        filter.op,
      );
    case 'not':
      return sql`not ${toSql(filter.filter, stored)}`;
    case '[]':
      return someOf(elementsOf(filter.target, stored), elementToSql(filter.filter));
    case 'pr':
      return present(filter.target, stored);
    default:
      return comparison(filter.target, filter.op, filter.value, stored);
  }
}

const joined = (conditions: SQL[], op: 'and' | 'or') => sql`(${sql.join(conditions, sql.raw(` ${op} `))})`;
const someOf = (elements: SQL, condition: SQL) => sql`exists (select from ${elements} where ${condition})`;

function elementToSql(filter: Filter<Attribute>): SQL {
  if ('filters' in filter) return joined(filter.filters.map(elementToSql), filter.op);
  if (filter.op === 'not') return sql`not ${elementToSql(filter.filter)}`;
  if (filter.op === '[]') return sql`false`;
  const value = textColumn(sql`element.value ->> ${literal(filter.target.name)}`, filter.target);
  return filter.op === 'pr' ? sql`${value.value} is not null` : compare(value, filter.target, filter.op, filter.value);
}

function present(place: Place, stored: Stored): SQL {
  const { attribute, sub } = place;
  if (attribute.multiValued)
    return someOf(elementsOf(place, stored), sub ? sql`element.value ->> ${literal(sub.name)} is not null` : sql`true`);
  const column = stored.column(place);
  return sql`${column ? column.value : jsonOf(place, stored)} is not null`;
}

function comparison(place: Place, op: Comparison, value: Literal, stored: Stored): SQL {
  const compared = comparedOf(place);
  if (value === null) return op === 'eq' ? sql`not ${present(place, stored)}` : present(place, stored);
  if (place.attribute.multiValued) {
    const element = textColumn(sql`element.value ->> ${literal(compared.name)}`, compared);
    // What none of the values equals: `ne` is the opposite of `eq`, for lists as for single values.
    const some = someOf(elementsOf(place, stored), compare(element, compared, op === 'ne' ? 'eq' : op, value));
    return op === 'ne' ? sql`not ${some}` : some;
  }
  return compare(stored.column(place) ?? textColumn(jsonText(place, stored), compared), compared, op, value);
}

const elementsOf = (place: Place, stored: Stored): SQL =>
  stored.elements(place) ?? sql`jsonb_array_elements(${jsonOf(place, stored)}) as element(value)`;

/** Names are those of the schema, so they need no parameter, and the statement is the same for all values. */
const literal = (name: string) => sql.raw(`'${name.replaceAll("'", "''")}'`);

const holderOf = ({ extension }: Place, { document }: Stored) =>
  extension === undefined ? document : sql`${document} -> ${literal(extension)}`;

function jsonOf(place: Place, stored: Stored): SQL {
  const { attribute, sub } = place;
  const whole = sql`${holderOf(place, stored)} -> ${literal(attribute.name)}`;
  return sub && !attribute.multiValued ? sql`(${whole} -> ${literal(sub.name)})` : sql`(${whole})`;
}

function jsonText(place: Place, stored: Stored): SQL {
  const { attribute, sub } = place;
  const holder = holderOf(place, stored);
  return sub
    ? sql`${holder} -> ${literal(attribute.name)} ->> ${literal(sub.name)}`
    : sql`${holder} ->> ${literal(attribute.name)}`;
}

const textColumn = (value: SQL, { type }: Attribute): Column => ({
  value: sql`(${value})`,
  kind: type === 'boolean' ? 'boolean' : 'text',
});

/** Lower case as PostgreSQL knows it for all of Unicode, on both sides alike. */
const fold = (text: SQL) => sql`lower(${text} collate "pg_c_utf8")`;

function compare({ value, kind }: Column, attribute: Attribute, op: Comparison, wanted: Literal): SQL {
  if (kind === 'boolean') {
    const is = sql`(${value})::text is not distinct from ${String(wanted)}::text`;
    return op === 'eq' ? sql`(${is})` : sql`(not ${is})`;
  }
  if (kind === 'instant') return ordered(value, op, sql`${wanted}::timestamptz`);
  if (kind === 'uuid' || attribute.caseExact)
    return textual(kind === 'uuid' ? sql`${value}::text` : value, op, sql`${wanted}::text`);
  if (kind === 'folded') return textual(value, op, sql`${String(wanted).toLowerCase()}::text`);
  return textual(fold(value), op, fold(sql`${wanted}::text`));
}

const SYMBOLS = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function ordered(value: SQL, op: Comparison, wanted: SQL): SQL {
  if (op === 'eq') return sql`coalesce(${value} = ${wanted}, false)`;
  if (op === 'ne') return sql`(${value} is distinct from ${wanted})`;
  return sql`coalesce(${value} ${sql.raw(SYMBOLS[op as keyof typeof SYMBOLS])} ${wanted}, false)`;
}

function textual(value: SQL, op: Comparison, wanted: SQL): SQL {
  switch (op) {
    case 'eq':
      // Not wrapped in a function, so that an index is found; nulls end here.
      return sql`(${value} = ${wanted} and ${value} is not null)`;
    case 'co':
      return sql`coalesce(position(${wanted} in ${value}) > 0, false)`;
    case 'sw':
      return sql`coalesce(starts_with(${value}, ${wanted}), false)`;
    case 'ew':
      return sql`coalesce(right(${value}, length(${wanted})) = ${wanted}, false)`;
    case 'ne':
      return sql`(${value} is distinct from ${wanted})`;
    default:
      return ordered(sql`(${value} collate "C")`, op, wanted);
  }
}
