/** Joins the table of rules with the parameters of a route: one check of a whole request, compiled once. */
import type { About, Reader, Shape } from './parameters.ts';
import type { Rule, Rules } from './rules.ts';

export interface RuleTable {
  /** Rules by the name of the parameter, wherever it occurs. */
  everywhere: Rules;
  /** The rule of every request as a whole, unless its operation has one. */
  whole: Rule;
  /** Rules of one operation, such as `POST /v1/coupons`. They replace those above. */
  operations: Record<string, Rules>;
  /** Rules of every parameter that has none of the others, by its type. */
  types: Record<'text' | 'integer' | 'decimal', Rule>;
}

/** Throws the first refusal of a request's parameters. `now`: Unix seconds. */
export type Check = (params: Record<string, unknown>, now: number) => void;

// biome-ignore lint/suspicious/noExplicitAny: the reader of the parameter has checked the type
type Walk = (value: any, name: string, now: number) => void;
type Find = (path: string, name?: string) => Rule | undefined;

/** Returns the check of a route's parameters. Throws an Error if the table names a parameter that the route does not have. */
export function compileRules(operation: string, shape: Shape, table: RuleTable): Check {
  const own = table.operations[operation] ?? {};
  const unused = new Set(Object.keys(own));
  const find: Find = (path, name = '') => {
    unused.delete(path);
    return own[path] ?? (Object.hasOwn(table.everywhere, name) ? table.everywhere[name] : undefined);
  };
  const whole = find('') ?? table.whole;
  const fields = walkFields(shape, '', find, table);
  if (unused.size > 0) throw new Error(`${operation} has no parameter ${[...unused].join(', ')}`);
  return (params, now) => {
    fields(params, '', now);
    refuse(whole, params, '', now);
  };
}

function walkFields(shape: Shape, path: string, find: Find, table: RuleTable): Walk {
  const walks = Object.entries(shape).map(
    ([key, field]) => [key, walkField(field, path ? `${path}[${key}]` : key, key, find, table)] as const,
  );
  return (value, name, now) => {
    for (const [key, walk] of walks) {
      const given = value[key];
      if (given !== undefined && given !== null) walk(given, name ? `${name}[${key}]` : key, now);
    }
  };
}

function walkField(field: Reader<unknown>, path: string, key: string | undefined, find: Find, table: RuleTable): Walk {
  const rule = find(path, key);
  const inside = walkInside(field.about, path, find, table);
  const typed = rule ? undefined : ruleOfType(field, table);
  return (value, name, now) => {
    inside?.(value, name, now);
    refuse(typed, value, name, now);
    refuse(rule, value, name, now);
  };
}

/** The content of a list, a hash or an object. */
function walkInside(about: About, path: string, find: Find, table: RuleTable): Walk | undefined {
  if (about.type === 'object') return walkFields(about.shape, path, find, table);
  if (about.type === 'list') {
    const item = walkField({ about: about.of } as Reader<unknown>, `${path}[]`, undefined, find, table);
    return (value: unknown[], name, now) => {
      value.forEach((one, index) => {
        item(one, `${name}[${index}]`, now);
      });
    };
  }
  if (about.type !== 'hash' || about.of.type === 'text') return undefined;
  const field = walkField({ about: about.of } as Reader<unknown>, `${path}[*]`, undefined, find, table);
  return (value, name, now) => {
    for (const [key, one] of Object.entries(value)) field(one, `${name}[${key}]`, now);
  };
}

function ruleOfType({ about }: Reader<unknown>, { types }: RuleTable): Rule | undefined {
  return about.type in types ? types[about.type as keyof typeof types] : undefined;
}

function refuse(rule: Rule | undefined, value: unknown, name: string, now: number): void {
  const refused = rule?.(value, name, now);
  if (refused) throw refused;
}
