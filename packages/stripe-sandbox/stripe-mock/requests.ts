/** Generates malformed requests: one parameter is wrong, everything else is as it should be. */
import type { About, Reader, Shape } from '../protocol/parameters.ts';
import type { Route } from '../protocol/routes.ts';
import type { Random } from '../world/random.ts';

/** A parameter as it is sent: `items[0][quantity]` and its value. */
export type Pair = [name: string, value: string];

export interface Malformed {
  method: Route['method'];
  path: string;
  pairs: Pair[];
  /** The fault, in words. */
  wrong: string;
  /** The parameter that a refusal must name. */
  param: string;
}

/** Values of parameters that a request must have, and that rules do not accept in every form. */
const SAMPLES: Record<string, string> = {
  currency: 'usd',
  frozen_time: '1900000000',
  success_url: 'https://example.com',
  url: 'https://example.com',
};

const PATH_IDS: Record<string, string> = { customer: 'cus_one', id: 'obj_one' };

export function pathOf(route: Route): string {
  return `/${route.segments.map((part) => (part.startsWith(':') ? (PATH_IDS[part.slice(1)] ?? 'obj_one') : part)).join('/')}`;
}

/** The parameters that a shape must have, with values of their type. */
export function neededPairs(shape: Shape, inside = ''): Pair[] {
  return Object.entries(shape).flatMap(([key, field]) =>
    field.needed ? samplePairs(field.about, nameIn(inside, key), key) : [],
  );
}

const nameIn = (inside: string, key: string) => (inside ? `${inside}[${key}]` : key);

function samplePairs(about: About, name: string, key: string): Pair[] {
  switch (about.type) {
    case 'text':
      return [[name, SAMPLES[key] ?? 'one']];
    case 'integer':
    case 'decimal':
      return [[name, SAMPLES[key] ?? '60']];
    case 'flag':
      return [[name, 'true']];
    case 'choice':
      return [[name, about.of[0]!]];
    case 'list':
      return samplePairs(about.of, `${name}[0]`, key);
    case 'hash':
      return samplePairs(about.of, `${name}[one]`, key);
    default: {
      const own = neededPairs(about.shape, name);
      const first = Object.entries(about.shape)[0]!;
      return own.length > 0 ? own : samplePairs(first[1].about, nameIn(name, first[0]), first[0]);
    }
  }
}

interface Place {
  name: string;
  field: Pick<Reader<unknown>, 'about' | 'needed'>;
  /** The parameters around it that its objects must have. */
  around: Pair[];
}

/** Every parameter of a shape, also those inside of others. */
export function placesIn(shape: Shape, inside = '', around: Pair[] = []): Place[] {
  return Object.entries(shape).flatMap(([key, field]) => {
    const name = nameIn(inside, key);
    const others = Object.fromEntries(Object.entries(shape).filter(([other]) => other !== key));
    const beside = [...around, ...neededPairs(others, inside)];
    return [{ name, field, around: beside }, ...placesWithin(field.about, name, beside)];
  });
}

function placesWithin(about: About, name: string, around: Pair[]): Place[] {
  if (about.type === 'object') return placesIn(about.shape, name, around);
  if (about.type === 'list')
    return [
      { name: `${name}[0]`, field: { about: about.of }, around },
      ...placesWithin(about.of, `${name}[0]`, around),
    ];
  if (about.type === 'hash') return placesWithin(about.of, `${name}[usd]`, around);
  return [];
}

/** The ways in which a value of that type can be wrong: what is wrong, and what is sent instead. */
function wrongValues(about: About, name: string): [string, Pair[]][] {
  const nested: [string, Pair[]] = ['an object', [[`${name}[one]`, 'x']]];
  const word: [string, Pair[]] = ['a word', [[name, 'nonsense']]];
  switch (about.type) {
    case 'text':
      return [nested];
    case 'integer':
      return [word, nested, ['a fraction', [[name, '1.5']]], ['nothing', [[name, '']]]];
    case 'decimal':
      return [word, nested, ['nothing', [[name, '']]]];
    case 'flag':
      return [word, nested, ['a number', [[name, '1']]], ['nothing', [[name, '']]]];
    case 'choice':
      return [word, nested, ['nothing', [[name, '']]]];
    case 'list':
      return [word, nested, ['nothing', [[name, '']]]];
    case 'hash':
      return [word, ['nothing', [[name, '']]]];
    default:
      return [
        word,
        ['a list', [[`${name}[]`, 'x']]],
        ['an unknown field', [[`${name}[nonsense]`, 'x']]],
        ['nothing', [[name, '']]],
      ];
  }
}

/** A random malformed request of one of the routes. */
export function malformed(routes: readonly Route[], random: Random): Malformed {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)]!;
  const route = pick(routes);
  const common = { method: route.method, path: pathOf(route) };
  const places = placesIn(route.shape);
  const needed = neededPairs(route.shape);
  const chance = random.next();
  if (places.length === 0 || chance < 0.1) {
    return { ...common, pairs: [...needed, ['nonsense', 'x']], wrong: 'an unknown parameter', param: 'nonsense' };
  }
  const missing = places.filter((place) => place.field.needed);
  if (missing.length > 0 && chance < 0.25) {
    const place = pick(missing);
    const pairs = outside(place, needed).filter(([name]) => !isWithin(name, place.name));
    return { ...common, pairs, wrong: 'a missing parameter', param: place.name };
  }
  const place = pick(places);
  const [wrong, instead] = pick(wrongValues(place.field.about, place.name));
  return {
    ...common,
    pairs: [...outside(place, needed), ...instead],
    wrong: `${wrong} as ${place.field.about.type}`,
    param: place.name,
  };
}

/** Everything but the place itself. */
function outside(place: Place, needed: Pair[]): Pair[] {
  const names = new Set<string>();
  return [...place.around, ...needed].filter(([name]) => {
    if (names.has(name) || isWithin(name, place.name)) return false;
    names.add(name);
    return true;
  });
}

/** True if one parameter is the other one, or inside of it. */
export function isWithin(name: string, outer: string): boolean {
  return name === outer || name.startsWith(`${outer}[`);
}
