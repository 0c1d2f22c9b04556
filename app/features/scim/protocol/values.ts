/**
 * Brings what directories send into one form, that of the schema: names in its spelling, "True" as true, single values in lists where the
 * schema has a list, canonical types in small letters. What is absent is absent: null, "" and [] are no values (RFC 7643 section 2.5).
 */
import { scimErrors } from '../errors.ts';
import { type Attribute, find, type ResourceType } from './attributes.ts';

export type Values = Record<string, unknown>;

/** The most values of a list of a user. */
const MAX_VALUES = 100;
/** The most members of one request. */
export const MAX_MEMBERS = 10_000;
const MAX_TEXT = 2_000;

export const invalidValue = (detail: string) =>
  scimErrors.scim_invalid_value({ detail, extensions: { scimType: 'invalidValue' } });

/**
 * Reads a whole resource. Attributes that the schema does not have are left out, and so are those that only the service sets.
 * @returns the attributes by the names of the schema, extensions under their URNs
 * @throws `scim_invalid_value`
 */
export function readResource(type: ResourceType, body: Values): Values {
  const values = readMembers(type.schema.attributes, body);
  for (const [key, value] of Object.entries(body)) {
    if (key.toLowerCase() === 'externalid') assign(values, 'externalId', readText('externalId', value));
    const extension = type.extensions.find(({ id }) => id.toLowerCase() === key.toLowerCase());
    if (extension && isObject(value)) {
      const own = readMembers(extension.attributes, value);
      if (Object.keys(own).length > 0) values[extension.id] = own;
    }
  }
  return values;
}

/** Reads the members of an object. */
export function readMembers(attributes: readonly Attribute[], body: Values): Values {
  const values: Values = {};
  for (const [key, value] of Object.entries(body)) {
    const attribute = find(attributes, key);
    if (attribute && attribute.mutability !== 'readOnly') assign(values, attribute.name, readValue(attribute, value));
  }
  return values;
}

function assign(values: Values, name: string, value: unknown): void {
  if (value === undefined) delete values[name];
  else values[name] = value;
}

/** @returns undefined for no value @throws `scim_invalid_value` */
export function readValue(attribute: Attribute, value: unknown): unknown {
  if (!attribute.multiValued) {
    // Entra ID sends a manager as a list of one.
    const single = Array.isArray(value) && attribute.type === 'complex' && value.length <= 1 ? value[0] : value;
    return readSingle(attribute, single);
  }
  if (value === null || value === undefined || value === '') return undefined;
  const given = Array.isArray(value) ? value : [value];
  const most = attribute.name === 'members' ? MAX_MEMBERS : MAX_VALUES;
  if (given.length > most) throw invalidValue(`${attribute.name} has at most ${most} values.`);
  const values = given.map((each) => readSingle(attribute, each)).filter((each) => each !== undefined);
  return values.length > 0 ? onePrimary(values as Values[]) : undefined;
}

/** Of several primary values the last one counts (RFC 7643 section 2.4: at most one is primary). */
function onePrimary(values: Values[]): Values[] {
  const last = values.findLastIndex(({ primary }) => primary === true);
  return values.map((value, nth) => (value.primary === true && nth !== last ? { ...value, primary: false } : value));
}

function readSingle(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (attribute.type === 'boolean') return readBoolean(attribute.name, value);
  if (attribute.type === 'complex') return readComplex(attribute, value);
  const text = readText(attribute.name, value);
  const canonical = attribute.canonicalValues?.find((each) => each.toLowerCase() === text?.toLowerCase());
  return canonical ?? text;
}

function readBoolean(name: string, value: unknown): boolean | undefined {
  if (value === '') return undefined;
  const read = typeof value === 'string' ? { true: true, false: false }[value.trim().toLowerCase()] : value;
  if (typeof read !== 'boolean') throw invalidValue(`${name} is true or false.`);
  return read;
}

function readComplex(attribute: Attribute, value: unknown): Values | undefined {
  const subAttributes = attribute.subAttributes!;
  const isBare = typeof value === 'string' || typeof value === 'number';
  // A manager, or an address, as bare text.
  if (isBare && !find(subAttributes, 'value')) throw invalidValue(`${attribute.name} has parts.`);
  if (!isBare && !isObject(value)) throw invalidValue(`${attribute.name} has parts.`);
  const values = readMembers(subAttributes, isBare ? { value } : value);
  return Object.keys(values).length > 0 ? values : undefined;
}

function readText(name: string, value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') throw invalidValue(`${name} is text.`);
  const text = String(value);
  if (text.length > MAX_TEXT) throw invalidValue(`${name} has at most ${MAX_TEXT} characters.`);
  return text;
}

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
