/** Stripe's search query language (docs.stripe.com/search#search-query-language): clauses joined by AND, or by OR, but not by both. */
import { invalid } from '../world/fault.ts';

/** How a field is compared: texts also by substring, numbers and times also by size. */
type FieldType = 'exact' | 'text' | 'number';

/** The fields by which each kind of object can be searched. All have `metadata`. */
const FIELDS: Record<string, Record<string, FieldType>> = {
  charge: { amount: 'number', created: 'number', currency: 'exact', customer: 'exact', status: 'exact' },
  customer: { created: 'number', email: 'text', name: 'text', phone: 'text' },
  invoice: {
    created: 'number',
    currency: 'exact',
    customer: 'exact',
    number: 'exact',
    receipt_number: 'exact',
    status: 'exact',
    subscription: 'exact',
    total: 'number',
  },
  price: { active: 'exact', currency: 'exact', lookup_key: 'exact', product: 'exact', type: 'exact' },
  product: { active: 'exact', description: 'text', name: 'text', shippable: 'exact', url: 'text' },
  subscription: { canceled_at: 'number', created: 'number', status: 'exact' },
};

const MOST_CLAUSES = 10;

type Json = Record<string, unknown>;
type Matches = (object: object) => boolean;

/** A value in quotes with escaped quotes, a number, a word, or `null`. */
const CLAUSE =
  /^\s*(?<not>-?)(?<field>[a-z_]+)(?:\[(?:"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)')\])?\s*(?<operator>:|~|<=|>=|<|>)\s*(?:"(?<doubled>(?:[^"\\]|\\.)*)"|'(?<singled>(?:[^'\\]|\\.)*)'|(?<bare>[^\s"']+))(?<rest>\s.*|)$/s;

/** Reads a query. Throws 400 for one that Stripe would not understand. `kind`: the kind of the objects that are searched. */
export function readQuery(query: string, kind: string): Matches {
  const clauses: Matches[] = [];
  let joined: string | undefined;
  let rest = query;
  while (true) {
    const match = CLAUSE.exec(rest);
    if (!match) throw invalid(`We were unable to parse your search query near: ${rest.trim() || 'its end'}`, 'query');
    clauses.push(readClause(match.groups as Record<string, string>, kind));
    rest = match.groups!.rest!.trim();
    if (rest === '') break;
    const [, word, after] = /^(AND|OR)?\s*(.*)$/is.exec(rest)!;
    const joint = (word ?? 'AND').toUpperCase();
    if (joined !== undefined && joint !== joined) throw invalid('You cannot combine AND and OR in one query.', 'query');
    joined = joint;
    rest = after!;
  }
  if (clauses.length > MOST_CLAUSES) throw invalid(`A query can have at most ${MOST_CLAUSES} clauses.`, 'query');
  return joined === 'OR'
    ? (object) => clauses.some((matches) => matches(object))
    : (object) => clauses.every((matches) => matches(object));
}

function readClause(parts: Record<string, string | undefined>, kind: string): Matches {
  const { not, field, operator, bare } = parts;
  const key = unescaped(parts.double ?? parts.single);
  const wanted = unescaped(parts.doubled ?? parts.singled) ?? bare!;
  const type = field === 'metadata' ? 'exact' : FIELDS[kind]?.[field!];
  if (!type) throw invalid(`Field \`${field}\` is an unsupported search field for resource \`${kind}s\`.`, 'query');
  if ((field === 'metadata') !== (key !== undefined))
    throw invalid(`Use metadata["key"] to search by metadata.`, 'query');
  const isNull = bare?.toLowerCase() === 'null';
  const compare = comparison(operator!, type, wanted, field!);
  return (object) => {
    const value = fieldOf(object as Json, field!, key);
    const found = isNull ? value === null || value === '' : value !== null && compare(value);
    return found !== (not === '-');
  };
}

function comparison(operator: string, type: FieldType, wanted: string, field: string): (value: unknown) => boolean {
  if (operator === ':') return (value) => String(value).toLowerCase() === wanted.toLowerCase();
  if (operator === '~') {
    if (type !== 'text') throw invalid(`Field \`${field}\` cannot be searched by substring.`, 'query');
    if (wanted.length < 3) throw invalid('A substring must have at least three characters.', 'query');
    return (value) => String(value).toLowerCase().includes(wanted.toLowerCase());
  }
  const bound = Number(wanted);
  if (type !== 'number' || Number.isNaN(bound))
    throw invalid(`Field \`${field}\` cannot be compared with \`${operator}${wanted}\`.`, 'query');
  const compare = {
    '<': (a: number) => a < bound,
    '<=': (a: number) => a <= bound,
    '>': (a: number) => a > bound,
    '>=': (a: number) => a >= bound,
  };
  return (value) => compare[operator as '<'](Number(value));
}

function fieldOf(object: Json, field: string, key: string | undefined): unknown {
  if (key !== undefined) return (object.metadata as Json | null)?.[key] ?? null;
  const value = field === 'subscription' ? subscriptionOf(object) : object[field];
  return value ?? null;
}

/** An invoice names its subscription in `parent`. */
function subscriptionOf(object: Json): unknown {
  return (object.parent as { subscription_details?: { subscription?: unknown } } | null)?.subscription_details
    ?.subscription;
}

function unescaped(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\(.)/g, '$1');
}
