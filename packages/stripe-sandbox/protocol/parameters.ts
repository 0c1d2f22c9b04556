/**
 * Readers of parameters: a reader turns a form value into a typed one, or throws Stripe's 400 that names the parameter. Parameters that a shape
 * does not list are refused as in Stripe: `Received unknown parameter`.
 */
import { invalid } from '../world/fault.ts';
import type { Form, FormObject } from './form.ts';

export type Reader<T> = (value: Form, name: string) => T;
type Needed<T> = Reader<T> & { needed: true };
// biome-ignore lint/suspicious/noExplicitAny: a shape holds readers of every type
export type Shape = Record<string, Reader<any>>;
export type Read<S extends Shape> = {
  [K in keyof S as S[K] extends { needed: true } ? K : never]: ReturnType<S[K]>;
} & { [K in keyof S as S[K] extends { needed: true } ? never : K]?: ReturnType<S[K]> | undefined };

export const text: Reader<string> = (value, name) => {
  if (typeof value !== 'string') throw invalid(`Invalid string: ${JSON.stringify(value)}`, name);
  return value;
};

export const integer: Reader<number> = (value, name) => {
  if (typeof value !== 'string' || !/^-?\d+$/.test(value)) {
    throw invalid(`Invalid integer: ${String(value)}`, name, 'parameter_invalid_integer');
  }
  return Number(value);
};

export const decimalNumber: Reader<number> = (value, name) => {
  if (typeof value !== 'string' || value === '' || !Number.isFinite(Number(value))) {
    throw invalid(`Invalid decimal: ${String(value)}`, name);
  }
  return Number(value);
};

export const flag: Reader<boolean> = (value, name) => {
  if (value !== 'true' && value !== 'false') throw invalid(`Invalid boolean: ${String(value)}`, name);
  return value === 'true';
};

export const anything: Reader<Form> = (value) => value;

export function oneOf<const T extends string>(...allowed: T[]): Reader<T> {
  return (value, name) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw invalid(`Invalid ${name}: must be one of ${allowed.join(', ')}`, name);
    return found;
  };
}

/** `''` clears a field: it is read as null. */
export function emptyable<T>(reader: Reader<T>): Reader<T | null> {
  return (value, name) => (value === '' ? null : reader(value, name));
}

export function list<T>(reader: Reader<T>): Reader<T[]> {
  return (value, name) => {
    if (value === '') return [];
    if (!Array.isArray(value)) throw invalid(`Invalid array`, name);
    return value.map((item, index) => reader(item, `${name}[${index}]`));
  };
}

/** An object with any keys, whose values share one reader: metadata, currency options. */
export function hash<T>(reader: Reader<T>): Reader<Record<string, T>> {
  return (value, name) => {
    if (value === '') return {};
    if (typeof value !== 'object') throw invalid(`Invalid object`, name);
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, reader(field, `${name}[${key}]`)]));
  };
}

export function needed<T>(reader: Reader<T>): Needed<T> {
  return Object.assign(((value: Form, name: string) => reader(value, name)) as Reader<T>, { needed: true as const });
}

export function object<S extends Shape>(shape: S): Reader<Read<S>> {
  return (value, name) => {
    if (value === '') return readShape(shape, {}, name);
    if (typeof value !== 'object' || Array.isArray(value)) throw invalid(`Invalid object`, name);
    return readShape(shape, value, name);
  };
}

/** Reads the parameters of a request. Throws `parameter_unknown` and `parameter_missing` as Stripe does. */
export function readShape<S extends Shape>(shape: S, form: FormObject, inside = ''): Read<S> {
  const read: Record<string, unknown> = {};
  const named = (key: string) => (inside ? `${inside}[${key}]` : key);
  for (const key of Object.keys(form)) {
    const reader = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!reader) throw invalid(`Received unknown parameter: ${named(key)}`, named(key), 'parameter_unknown');
    read[key] = reader(form[key]!, named(key));
  }
  for (const [key, reader] of Object.entries(shape)) {
    if ('needed' in reader && !(key in read)) {
      throw invalid(`Missing required param: ${named(key)}.`, named(key), 'parameter_missing');
    }
  }
  return read as Read<S>;
}

export const metadata = emptyable(hash(text));

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
  city: text,
  country: text,
  line1: text,
  line2: text,
  postal_code: text,
  state: text,
});

/** A range filter: `created=…` or `created[gte]=…`. */
export const range: Reader<{ gt?: number; gte?: number; lt?: number; lte?: number; eq?: number }> = (value, name) =>
  typeof value === 'string'
    ? { eq: integer(value, name) }
    : (object({ gt: integer, gte: integer, lt: integer, lte: integer })(value, name) as { gt?: number });

export function inRange(value: number, bounds: ReturnType<typeof range> | undefined): boolean {
  return (
    !bounds ||
    ((bounds.eq === undefined || value === bounds.eq) &&
      (bounds.gt === undefined || value > bounds.gt) &&
      (bounds.gte === undefined || value >= bounds.gte) &&
      (bounds.lt === undefined || value < bounds.lt) &&
      (bounds.lte === undefined || value <= bounds.lte))
  );
}
