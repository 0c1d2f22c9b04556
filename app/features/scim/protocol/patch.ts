/**
 * PATCH (RFC 7644 section 3.5.2) over the declared schema. First each request becomes operations in one form (`readPatch`), whatever directory
 * wrote it; then these are applied to a copy of the resource, all or none (`applyPatch`).
 *
 * Where the standard leaves a choice: removing what is not there is no error; `add` and `replace` with a filter that nothing matches add the
 * value that the filter describes; a value list with `remove` (Entra ID) takes only those values.
 */
import { isDeepStrictEqual } from 'node:util';
import { scimErrors } from '../errors.ts';
import { type Attribute, find, type ResourceType } from './attributes.ts';
import { type Filter, matches, readValueFilter } from './filters.ts';
import { type Place, resolvePath } from './paths.ts';
import { invalidValue, isObject, readMembers, readValue, type Values } from './values.ts';

export type Op = 'add' | 'replace' | 'remove';

/** One change of one attribute. */
export interface PatchStep {
  readonly op: Op;
  readonly place: Place;
  /** Which values of a list. */
  readonly filter: Filter<Attribute> | undefined;
  /** In the form of the schema; undefined for no value. */
  readonly value: unknown;
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:patchop';
const MAX_OPERATIONS = 1_000;

const noSyntax = (detail: string) =>
  scimErrors.scim_invalid_syntax({ detail, extensions: { scimType: 'invalidSyntax' } });
const noPath = (path: string) =>
  scimErrors.scim_invalid_path({ detail: `There is no attribute ${path}.`, extensions: { scimType: 'invalidPath' } });

/** @throws `scim_invalid_syntax`, `scim_invalid_path`, `scim_invalid_filter`, `scim_invalid_value`, `scim_mutability`, `scim_no_target` */
export function readPatch(type: ResourceType, body: unknown): PatchStep[] {
  const request = isObject(body) ? lowerCased(body) : {};
  const { schemas } = request;
  if (schemas !== undefined && !(Array.isArray(schemas) && schemas.some((id) => String(id).toLowerCase() === PATCH_OP)))
    throw noSyntax('The body is no PatchOp message.');
  const { operations } = request;
  if (!Array.isArray(operations) || operations.length === 0) throw noSyntax('A PATCH has Operations.');
  if (operations.length > MAX_OPERATIONS) throw noSyntax(`A PATCH has at most ${MAX_OPERATIONS} operations.`);
  return operations.flatMap((operation) => readOperation(type, operation));
}

const lowerCased = (object: Values): Values =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]));

function readOperation(type: ResourceType, operation: unknown): PatchStep[] {
  if (!isObject(operation)) throw noSyntax('An operation is an object.');
  const { op: given, path, value } = lowerCased(operation);
  const op = String(given).toLowerCase() as Op;
  if (op !== 'add' && op !== 'replace' && op !== 'remove') throw noSyntax('An operation is add, replace or remove.');
  if (path !== undefined && path !== null && typeof path !== 'string') throw noSyntax('A path is text.');
  if (path) return readTarget(type, op, path, value, true);
  if (op === 'remove')
    throw scimErrors.scim_no_target({ detail: 'What is removed needs a path.', extensions: { scimType: 'noTarget' } });
  if (!isObject(value)) throw invalidValue('Without a path, the value is an object.');
  return Object.entries(value).flatMap(([key, each]) => readTarget(type, op, key, each, false));
}

/** Characters that end the name of an attribute in a path. */
const VALUE_PATH = /^([^[\]]+)\[(.*)\](?:\.([\w$]+))?$/s;

/**
 * @param isPath whether the caller named it as a path. Without a path, attributes that the schema does not have, or that only the service sets,
 *   are left out, as they are when a resource is created.
 */
function readTarget(type: ResourceType, op: Op, path: string, value: unknown, isPath: boolean): PatchStep[] {
  const [, listName, filterText, subName] = VALUE_PATH.exec(path) ?? [];
  const found = resolvePath(type, listName ?? path);
  if (!found) {
    if (isPath) throw noPath(path);
    return [];
  }
  if (!('attribute' in found)) return readExtension(type, op, found.extension, value);
  const { attribute } = found;
  if (listName !== undefined && (!attribute.multiValued || found.sub)) throw noPath(path);
  const sub = subName === undefined ? found.sub : find(attribute.subAttributes ?? [], subName);
  if (subName !== undefined && !sub) throw noPath(path);
  if ((sub ?? attribute).mutability === 'readOnly' || attribute.mutability === 'readOnly') {
    if (!isPath) return [];
    const extensions = { scimType: 'mutability' };
    throw scimErrors.scim_mutability({ detail: `${path} is set by the service.`, extensions });
  }
  if (op === 'remove' && (sub ?? attribute).required && !attribute.multiValued) {
    const extensions = { scimType: 'mutability' };
    throw scimErrors.scim_mutability({ detail: `${path} cannot be removed.`, extensions });
  }
  const filter = filterText === undefined ? undefined : readValueFilter(attribute, filterText);
  return [{ op, place: { ...found, sub }, filter, value: readPatched(attribute, sub, filter, op, value) }];
}

function readPatched(
  attribute: Attribute,
  sub: Attribute | undefined,
  filter: unknown,
  op: Op,
  value: unknown,
): unknown {
  if (sub) return readValue(sub, value);
  // Values of a filtered list are replaced by one value, which may be sent as a list of one.
  if (filter) {
    const [one] = (readValue(attribute, value) as Values[] | undefined) ?? [];
    return one;
  }
  // The members of a complex attribute that are null are taken away, and the others stay.
  if (attribute.type === 'complex' && !attribute.multiValued && op !== 'remove' && isObject(value))
    return { ...emptied(attribute, value), ...readMembers(attribute.subAttributes!, value) };
  return readValue(attribute, value);
}

const emptied = ({ subAttributes = [] }: Attribute, value: Values): Values =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each === null || each === '')
      .flatMap(([key]) => find(subAttributes, key)?.name ?? [])
      .map((name) => [name, undefined]),
  );

/** An extension as a whole: its members one by one. */
function readExtension(type: ResourceType, op: Op, urn: string, value: unknown): PatchStep[] {
  const { attributes } = type.extensions.find(({ id }) => id === urn)!;
  const remove = attributes.map((attribute) => ({
    ...({ op: 'remove', filter: undefined, value: undefined } as const),
    place: { extension: urn, attribute, sub: undefined },
  }));
  if (op === 'remove' || value === null) return remove;
  if (!isObject(value)) throw invalidValue(`${urn} has parts.`);
  return Object.entries(value).flatMap(([key, each]) => readTarget(type, op, `${urn}:${key}`, each, false));
}

/** @returns another resource; the given one is left as it is */
export function applyPatch(resource: Values, steps: readonly PatchStep[]): Values {
  const result = structuredClone(resource);
  for (const step of steps) apply(result, step);
  return result;
}

function apply(resource: Values, step: PatchStep): void {
  const { extension, attribute } = step.place;
  const holder = extension === undefined ? resource : ((resource[extension] as Values | undefined) ?? {});
  if (extension !== undefined) resource[extension] = holder;
  const value = attribute.multiValued
    ? changeList((holder[attribute.name] as Values[] | undefined) ?? [], step)
    : changeSingle(holder[attribute.name], step);
  if (isNothing(value)) delete holder[attribute.name];
  else holder[attribute.name] = value;
  if (extension !== undefined && Object.keys(holder).length === 0) delete resource[extension];
}

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

function changeSingle(before: unknown, { op, place: { attribute, sub }, value }: PatchStep): unknown {
  if (sub) return withMember((before as Values | undefined) ?? {}, sub.name, op === 'remove' ? undefined : value);
  if (op === 'remove') return undefined;
  if (attribute.type !== 'complex' || !isObject(value)) return value;
  // The parts that are not named stay (RFC 7644 section 3.5.2.3).
  return Object.entries(value).reduce((all, [name, each]) => withMember(all, name, each), (before as Values) ?? {});
}

function withMember(object: Values, name: string, value: unknown): Values {
  const { [name]: _gone, ...others } = object;
  return value === undefined ? others : { ...others, [name]: value };
}

function changeList(before: Values[], step: PatchStep): Values[] {
  const { op, filter, value, place } = step;
  if (filter || place.sub) return changeSome(before, step);
  const given = (value as Values[] | undefined) ?? [];
  if (op === 'remove' && given.length === 0) return [];
  if (op === 'remove' && isPlain(place.attribute)) {
    const gone = new Set(given.map(keyOf));
    return before.filter((each) => !gone.has(keyOf(each)));
  }
  if (op === 'remove') return before.filter((each) => !given.some((one) => isSame(one, each)));
  const kept = op === 'replace' ? [] : before;
  return isPlain(place.attribute) ? addByValue(kept, given) : given.reduce<Values[]>(addOne, kept);
}

/** Lists whose values have no type and no primary one, such as members, may be long. */
const isPlain = ({ subAttributes = [] }: Attribute) => !find(subAttributes, 'primary');

function addByValue(before: Values[], given: Values[]): Values[] {
  const byValue = new Map(before.map((each) => [keyOf(each), each]));
  for (const each of given) byValue.set(keyOf(each), { ...byValue.get(keyOf(each)), ...each });
  return [...byValue.values()];
}

const keyOf = ({ value }: Values) => String(value).toLowerCase();

/** Two values of a list are the same if their `value` is, or, without one, everything. Types and labels do not tell values apart. */
function isSame(one: Values, other: Values): boolean {
  if (one.value === undefined || other.value === undefined) return isDeepStrictEqual(one, other);
  const sameType = one.type === undefined || other.type === undefined || one.type === other.type;
  return sameType && String(one.value).toLowerCase() === String(other.value).toLowerCase();
}

/** A value that is added again stays one. A new primary value ends the one before (RFC 7644 section 3.5.2). */
function addOne(all: Values[], value: Values): Values[] {
  const at = all.findIndex((each) => isSame(value, each));
  const added = at < 0 ? [...all, value] : all.map((each, nth) => (nth === at ? { ...each, ...value } : each));
  return value.primary === true ? demoteOthers(added, [at < 0 ? added.length - 1 : at]) : added;
}

const demoteOthers = (all: Values[], chosen: readonly number[]): Values[] =>
  all.map((each, nth) => (each.primary === true && !chosen.includes(nth) ? { ...each, primary: false } : each));

/** Changes the values that a filter chooses, or, for a path such as `emails.type`, all. */
function changeSome(before: Values[], { op, filter, value, place: { attribute, sub } }: PatchStep): Values[] {
  const chosen = before.flatMap((each, nth) => (!filter || matches(each, filter) ? [nth] : []));
  if (op === 'remove' && !sub) return before.filter((_each, nth) => !chosen.includes(nth));
  if (chosen.length === 0) {
    if (op === 'remove' || value === undefined) return before;
    const described = { ...(filter && describedBy(filter)), ...(sub ? { [sub.name]: value } : (value as Values)) };
    return addOne(before, readMembers(attribute.subAttributes!, described));
  }
  const change = (each: Values): Values => {
    if (sub) return withMember(each, sub.name, op === 'remove' ? undefined : value);
    return op === 'add' ? { ...each, ...(value as Values) } : ((value as Values | undefined) ?? {});
  };
  const changed = before.map((each, nth) => (chosen.includes(nth) ? change(each) : each));
  const isPrimary = sub ? sub.name === 'primary' && value === true : (value as Values | undefined)?.primary === true;
  const first = isPrimary ? demoteOthers(changed, chosen.slice(0, 1)) : changed;
  return first.filter((each) => Object.keys(each).length > 0);
}

/** The value that a filter of equalities describes, such as `type eq "work"`. @throws `scim_no_target` for any other filter */
function describedBy(filter: Filter<Attribute>): Values {
  if (filter.op === 'eq') return filter.value === null ? {} : { [filter.target.name]: filter.value };
  if (filter.op === 'and') return Object.assign({}, ...filter.filters.map(describedBy));
  const detail = 'No value matches the filter, and it does not say what to add.';
  throw scimErrors.scim_no_target({ detail, extensions: { scimType: 'noTarget' } });
}
