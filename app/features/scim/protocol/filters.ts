/**
 * Filters (RFC 7644 section 3.4.2.2), read and bound to a schema. Only the parser is of a library: it is right about precedence and `not`, and
 * what it lets pass is refused here. A filter becomes SQL (`filter-sql.ts`) or a test of one value (`matches`).
 *
 * Where the standard leaves a choice: `ne` is the opposite of `eq`, so it is true where the attribute is absent, and false for a list of which one
 * value is equal; `eq null` asks for absence.
 * Strings are compared without regard to case unless the schema says otherwise, and times as instants.
 */
import { type Filter as Parsed, parse } from 'scim2-parse-filter';
import { scimErrors } from '../errors.ts';
import { type Attribute, find, type ResourceType } from './attributes.ts';
import { type Place, resolvePath } from './paths.ts';

export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type Literal = string | number | boolean | null;

/** @template Target what a comparison looks at: a place in a resource, or a sub-attribute of one value */
export type Filter<Target = Place> =
  | { readonly op: 'and' | 'or'; readonly filters: readonly Filter<Target>[] }
  | { readonly op: 'not'; readonly filter: Filter<Target> }
  | { readonly op: 'pr'; readonly target: Target }
  | { readonly op: Comparison; readonly target: Target; readonly value: Literal }
  | { readonly op: '[]'; readonly target: Target; readonly filter: Filter<Attribute> };

const MAX_LENGTH = 2_000;
const MAX_COMPARISONS = 40;
const MAX_DEPTH = 10;

/** Reads a filter of resources. @throws `scim_invalid_filter` */
export function readFilter(type: ResourceType, text: string): Filter {
  // What directories ask before each change: it needs no parser.
  const [, path, value] = EQUALITY.exec(text) ?? [];
  const found = path === undefined || !value?.isWellFormed() ? undefined : resolvePath(type, path);
  if (found && 'attribute' in found)
    return { op: 'eq', target: found, value: checked(comparedOf(found), 'eq', value!) };
  return bind(parseText(text), (path) => {
    const place = resolvePath(type, path);
    if (!place || !('attribute' in place)) throw invalid(`There is no attribute ${path}.`);
    return place;
  });
}

/** Reads the filter in the brackets of a value path. @throws `scim_invalid_filter` */
export function readValueFilter(attribute: Attribute, text: string): Filter<Attribute> {
  return bind(parseText(text), subOf(attribute)) as Filter<Attribute>;
}

/** One equality with a string that has no escapes. */
const EQUALITY = /^([\w.]{1,100}) eq "([^"\\\p{Cc}]{1,500})"$/u;

interface ParsedText {
  readonly parsed: Parsed;
  /** What its strings are the numbers of. */
  readonly strings: readonly string[];
}

const invalid = (detail: string) =>
  scimErrors.scim_invalid_filter({ detail, extensions: { scimType: 'invalidFilter' } });

function parseText(text: string): ParsedText {
  if (text.length > MAX_LENGTH) throw invalid(`A filter has at most ${MAX_LENGTH} characters.`);
  // Before the parser, which calls itself for each of them.
  if (depthOf(text) > MAX_DEPTH) throw invalid(`A filter is nested at most ${MAX_DEPTH} levels deep.`);
  const { text: withoutStrings, strings } = takeStrings(text);
  const joined = withoutStrings.replace(AFTER_BRACKET, '[($1) and $2 $3]');
  if (joined.includes('].')) throw invalid('After the brackets of a value path comes one comparison.');
  try {
    return { parsed: parse(joined), strings };
  } catch {
    throw invalid('The filter does not follow RFC 7644, section 3.4.2.2.');
  }
}

/** How deep brackets and `not` nest at most, without strings. */
function depthOf(text: string): number {
  let [depth, deepest, nots] = [0, 0, 0];
  for (const token of text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/[()[\]]|\bnot\b/gi) ?? []) {
    if (token === '(' || token === '[') deepest = Math.max(deepest, ++depth);
    else if (token === ')' || token === ']') depth--;
    else nots++;
  }
  return deepest + Math.max(0, nots - MAX_COMPARISONS);
}

/**
 * Strings are JSON (RFC 7644, figure 1). The parser would leave escapes in them as they are, so it gets their numbers instead. @throws
 * `scim_invalid_filter`
 */
function takeStrings(filter: string): { text: string; strings: readonly string[] } {
  const strings: string[] = [];
  const text = filter.replace(/"(?:[^"\\]|\\.)*"/g, (literal) => {
    strings.push(readString(literal));
    return `"${strings.length - 1}"`;
  });
  return { text, strings };
}

function readString(literal: string): string {
  try {
    const value = JSON.parse(literal) as string;
    if (value.isWellFormed() && !value.includes('\0')) return value;
  } catch {}
  throw invalid('A string of the filter is not a JSON string, or contains U+0000 or a lone surrogate.');
}

/** `emails[type eq "work"].value eq "x"` means one email. The parser would take it for two conditions, which two emails could meet. */
const AFTER_BRACKET = /\[([^[\]]*)\]\.(\w+)\s+(pr\b|\w\w\s+(?:"\d+"|[\w.+-]+))/g;

const subOf = (attribute: Attribute) => (path: string) => {
  const sub = find(attribute.subAttributes ?? [], path);
  if (!sub) throw invalid(`There is no attribute ${attribute.name}.${path}.`);
  return sub;
};

function bind<Target>({ parsed, strings }: ParsedText, resolve: (path: string) => Target): Filter<Target> {
  let comparisons = 0;
  const visit = <T>(filter: Parsed, find: (path: string) => T): Filter<T> => {
    if (filter.op === 'and' || filter.op === 'or')
      return { op: filter.op, filters: (filter as { filters: Parsed[] }).filters.map((each) => visit(each, find)) };
    if (filter.op === 'not') return { op: 'not', filter: visit((filter as { filter: Parsed }).filter, find) };
    if (++comparisons > MAX_COMPARISONS) throw invalid(`A filter has at most ${MAX_COMPARISONS} comparisons.`);
    const { attrPath } = filter as { attrPath: string };
    const target = find(attrPath);
    if (filter.op === '[]') {
      const { attribute, sub } = target as Place;
      if (!attribute?.multiValued || sub) throw invalid(`${attrPath} is no list of complex values.`);
      return { op: '[]', target, filter: visit((filter as { valFilter: Parsed }).valFilter, subOf(attribute)) };
    }
    if (filter.op === 'pr') return { op: 'pr', target };
    const { compValue } = filter as { compValue: Literal };
    const value = typeof compValue === 'string' ? strings[Number(compValue)]! : compValue;
    const op = filter.op as Comparison;
    return { op, target, value: checked(comparedOf(target as Place | Attribute), op, value) };
  };
  return visit(parsed, resolve);
}

/** The attribute whose value is compared. A list of complex values stands for their `value`. @throws `scim_invalid_filter` */
export function comparedOf(target: Place | Attribute): Attribute {
  const attribute = 'attribute' in target ? (target.sub ?? target.attribute) : target;
  if (attribute.type !== 'complex') return attribute;
  const value = attribute.multiValued ? find(attribute.subAttributes ?? [], 'value') : undefined;
  if (!value) throw invalid(`${attribute.name} has parts; compare one of them.`);
  return value;
}

const ORDERED = new Set(['gt', 'ge', 'lt', 'le']);
const WITHIN = new Set(['co', 'sw', 'ew']);

function checked(attribute: Attribute, op: Comparison, value: Literal): Literal {
  if (value === null) {
    if (op === 'eq' || op === 'ne') return null;
    throw invalid(`${op} cannot compare with null.`);
  }
  if (attribute.type === 'boolean') {
    if (ORDERED.has(op) || WITHIN.has(op))
      throw invalid(`${attribute.name} is true or false: ${op} does not compare it.`);
    const read = typeof value === 'string' ? { true: true, false: false }[value.toLowerCase()] : value;
    if (typeof read !== 'boolean') throw invalid(`${attribute.name} is true or false.`);
    return read;
  }
  if (typeof value !== 'string') throw invalid(`${attribute.name} is text.`);
  if (attribute.type === 'dateTime') {
    if (WITHIN.has(op)) throw invalid(`${attribute.name} is a time: ${op} does not compare it.`);
    if (!DATE_TIME.test(value) || Number.isNaN(Date.parse(value))) throw invalid(`${value} is no time (RFC 3339).`);
  }
  return value;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** True if a complex value of a list meets the filter of a value path. */
export function matches(value: Readonly<Record<string, unknown>>, filter: Filter<Attribute>): boolean {
  switch (filter.op) {
    case 'and':
      return filter.filters.every((each) => matches(value, each));
    case 'or':
      return filter.filters.some((each) => matches(value, each));
    case 'not':
      return !matches(value, filter.filter);
    case 'pr':
      return isPresent(value[filter.target.name]);
    case '[]':
      return false;
    default:
      return compare(filter.target, filter.op, value[filter.target.name], filter.value);
  }
}

export const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

function compare(attribute: Attribute, op: Comparison, found: unknown, wanted: Literal): boolean {
  if (wanted === null) return (op === 'eq') !== isPresent(found);
  if (!isPresent(found)) return op === 'ne';
  if (typeof found === 'boolean') return (found === wanted) === (op === 'eq');
  const fold = (text: string) => (attribute.caseExact ? text : text.toLowerCase());
  const [have, want] = [fold(String(found)), fold(String(wanted))];
  const tests: Record<Comparison, () => boolean> = {
    eq: () => have === want,
    ne: () => have !== want,
    co: () => have.includes(want),
    sw: () => have.startsWith(want),
    ew: () => have.endsWith(want),
    gt: () => have > want,
    ge: () => have >= want,
    lt: () => have < want,
    le: () => have <= want,
  };
  return tests[op]();
}
