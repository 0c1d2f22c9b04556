/**
 * Readers of parameters: a reader turns a form value into a typed one, or throws Stripe's 400 that names the parameter. Parameters that a shape
 * does not list are refused as in Stripe: `Received unknown parameter`. A reader checks the type of a value only; its limits are in the table of
 * rules (resources/rules.ts), which finds them by what the reader says `about` itself.
 */
import { invalid } from '../world/fault.ts';
import { type Form, type FormObject, itemsOf } from './form.ts';

/** The type of a parameter, as data. */
export type About =
  | { type: 'text' | 'integer' | 'decimal' | 'flag' }
  | { type: 'choice'; of: readonly string[]; or?: About }
  | { type: 'list' | 'hash'; of: About }
  | { type: 'object'; shape: Shape };

export interface Reader<T> {
  (value: Form, name: string): T;
  readonly about: About;
  /** True if an empty value clears the field. Every other text must not be empty. */
  readonly clears?: boolean;
  readonly needed?: boolean;
}
type Needed<T> = Reader<T> & { needed: true };
// biome-ignore lint/suspicious/noExplicitAny: a shape holds readers of every type
export type Shape = Record<string, Reader<any>>;
export type Read<S extends Shape> = {
  [K in keyof S as S[K] extends { needed: true } ? K : never]: ReturnType<S[K]>;
} & { [K in keyof S as S[K] extends { needed: true } ? never : K]?: ReturnType<S[K]> | undefined };

function reader<T>(about: About, read: (value: Form, name: string) => T): Reader<T> {
  return Object.assign(read, { about });
}

const shown = (value: Form) => (typeof value === 'string' ? value : JSON.stringify(value));

export const text: Reader<string> = reader({ type: 'text' }, (value, name) => {
  if (typeof value !== 'string') throw invalid(`Invalid string: ${shown(value)}`, name);
  return value;
});

export const integer: Reader<number> = reader({ type: 'integer' }, (value, name) => {
  if (typeof value !== 'string' || !/^-?\d+$/.test(value)) {
    throw invalid(`Invalid integer: ${shown(value)}`, name, 'parameter_invalid_integer');
  }
  return Number(value);
});

export const decimalNumber: Reader<number> = reader({ type: 'decimal' }, (value, name) => {
  if (typeof value !== 'string' || !/^-?(\d+\.?\d*|\.\d+)$/.test(value))
    throw invalid(`Invalid decimal: ${shown(value)}`, name);
  return Number(value);
});

export const flag: Reader<boolean> = reader({ type: 'flag' }, (value, name) => {
  if (value !== 'true' && value !== 'false') throw invalid(`Invalid boolean: ${shown(value)}`, name);
  return value === 'true';
});

export function oneOf<const T extends string>(...allowed: T[]): Reader<T> {
  return reader({ type: 'choice', of: allowed }, (value, name) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw invalid(`Invalid ${name}: must be one of ${allowed.join(', ')}`, name);
    return found;
  });
}

/** One of some words, or another type: `or('now')(integer)`. */
export function or<const T extends string>(...words: T[]): <U>(other: Reader<U>) => Reader<T | U> {
  return (other) =>
    reader(
      { type: 'choice', of: words, or: other.about },
      (value, name) => words.find((one) => one === value) ?? other(value, name),
    );
}

/** `''` clears a field: it is read as null. */
export function emptyable<T>(other: Reader<T>): Reader<T | null> {
  const read = reader(other.about, (value, name) => (value === '' ? null : other(value, name)));
  return Object.assign(read, { clears: true });
}

export function list<T>(item: Reader<T>): Reader<T[]> {
  return reader({ type: 'list', of: item.about }, (value, name) => {
    const items = itemsOf(value);
    if (!items) throw invalid(`Invalid array`, name);
    return items.map((one, index) => item(one, `${name}[${index}]`));
  });
}

/** An object with any keys, whose values share one reader: metadata, currency options. */
export function hash<T>(field: Reader<T>): Reader<Record<string, T>> {
  return reader({ type: 'hash', of: field.about }, (value, name) => {
    if (typeof value !== 'object') throw invalid(`Invalid object`, name);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, field(one, `${name}[${key}]`)]));
  });
}

export function needed<T>(other: Reader<T>): Needed<T> {
  const read = reader(other.about, (value, name) => other(value, name));
  return Object.assign(read, { needed: true as const, ...(other.clears && { clears: true }) });
}

export function object<S extends Shape>(shape: S): Reader<Read<S>> {
  return reader({ type: 'object', shape }, (value, name) => {
    if (typeof value !== 'object') throw invalid(`Invalid object`, name);
    return readShape(shape, value, name);
  });
}

/** Reads the parameters of a request. Throws `parameter_unknown` and `parameter_missing` as Stripe does. */
export function readShape<S extends Shape>(shape: S, form: FormObject, inside = ''): Read<S> {
  const read: Record<string, unknown> = {};
  const named = (key: string) => (inside ? `${inside}[${key}]` : key);
  for (const key of Object.keys(form)) {
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!field) throw invalid(`Received unknown parameter: ${named(key)}`, named(key), 'parameter_unknown');
    read[key] = field(form[key]!, named(key));
  }
  for (const [key, field] of Object.entries(shape)) {
    if (field.needed && !(key in read)) {
      throw invalid(`Missing required param: ${named(key)}.`, named(key), 'parameter_missing');
    }
  }
  return read as Read<S>;
}

/** Metadata of an object. */
export const metadata = emptyable(hash(text));
/** Metadata where nothing can be cleared: inside of other parameters, and of a few objects. */
export const newMetadata = hash(text);

/** Merges metadata by Stripe's rule: given keys are set, empty ones removed, all others stay; `metadata=''` removes all. */
export function mergeMetadata(
  old: Record<string, string> | null,
  given: Record<string, string> | null | undefined,
): Record<string, string> {
  if (given === null) return {};
  const merged = { ...old, ...given };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
}

export const address = object({
  city: emptyable(text),
  country: emptyable(text),
  line1: emptyable(text),
  line2: emptyable(text),
  postal_code: emptyable(text),
  state: emptyable(text),
});

const bounds = object({ gt: integer, gte: integer, lt: integer, lte: integer });

/** A range filter: `created=…` or `created[gte]=…`. */
export const range: Reader<{ gt?: number; gte?: number; lt?: number; lte?: number; eq?: number }> = reader(
  { type: 'object', shape: { gt: integer, gte: integer, lt: integer, lte: integer } },
  (value, name) =>
    typeof value === 'string' ? { eq: integer(value, name) } : (bounds(value, name) as { gt?: number }),
);

export function inRange(value: number, asked: ReturnType<typeof range> | undefined): boolean {
  return (
    !asked ||
    ((asked.eq === undefined || value === asked.eq) &&
      (asked.gt === undefined || value > asked.gt) &&
      (asked.gte === undefined || value >= asked.gte) &&
      (asked.lt === undefined || value < asked.lt) &&
      (asked.lte === undefined || value <= asked.lte))
  );
}
