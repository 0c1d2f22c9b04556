/** The attributes that an answer shows (RFC 7644 section 3.9). */
import { find, type ResourceType } from './attributes.ts';
import { resolvePath } from './paths.ts';
import { isObject, type Values } from './values.ts';

/** Takes away what was not asked for. */
export type Projection = (resource: Values) => Values;

const ALWAYS = ['schemas', 'id'];

/**
 * @param attributes names, separated by commas; only these are shown, besides `id` and `schemas`
 * @param excluded names that are not shown; not both. Names that the schema does not have are passed over.
 */
export function projectionOf(type: ResourceType, attributes?: string, excluded?: string): Projection {
  const paths = (names: string) =>
    names
      .split(',')
      .map((name) => keysOf(type, name.trim()))
      .filter((keys) => keys !== undefined);
  if (attributes) {
    const wanted = paths(attributes);
    return (resource) => {
      const shown: Values = Object.fromEntries(ALWAYS.map((name) => [name, resource[name]]));
      for (const keys of wanted) copy(resource, shown, keys);
      return shown;
    };
  }
  if (!excluded) return (resource) => resource;
  const unwanted = paths(excluded).filter(([first]) => !ALWAYS.includes(first!));
  return (resource) => unwanted.reduce<Values>((shown, keys) => without(shown, keys), resource);
}

/** True if an answer shows the attribute. */
export function shows(type: ResourceType, name: string, attributes?: string, excluded?: string): boolean {
  const named = (names: string) => names.split(',').some((each) => keysOf(type, each.trim())?.[0] === name);
  return attributes ? named(attributes) : !(excluded && named(excluded) && !excluded.includes('.'));
}

function keysOf(type: ResourceType, path: string): string[] | undefined {
  if (find([{ name: 'schemas' } as never], path)) return ['schemas'];
  const place = resolvePath(type, path);
  if (!place) return undefined;
  if (!('attribute' in place)) return [place.extension];
  const { extension, attribute, sub } = place;
  return [extension, attribute.name, sub?.name].filter((key) => key !== undefined);
}

function copy(from: Values, to: Values, [key, ...rest]: string[]): void {
  const value = from[key!];
  if (value === undefined) return;
  if (rest.length === 0) to[key!] = value;
  else if (Array.isArray(value)) {
    const before = (to[key!] as Values[] | undefined) ?? value.map(() => ({}));
    for (const [nth, each] of value.entries()) copy(each, before[nth]!, rest);
    to[key!] = before;
  } else if (isObject(value)) {
    const inner = (to[key!] as Values | undefined) ?? {};
    to[key!] = inner;
    copy(value, inner, rest);
  }
}

function without(from: Values, [key, ...rest]: string[]): Values {
  const value = from[key!];
  if (value === undefined) return from;
  if (rest.length > 0 && Array.isArray(value)) return { ...from, [key!]: value.map((each) => without(each, rest)) };
  if (rest.length > 0 && isObject(value)) return { ...from, [key!]: without(value, rest) };
  const { [key!]: _gone, ...others } = from;
  return others;
}
