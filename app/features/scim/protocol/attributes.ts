/** The declaration of attributes (RFC 7643 section 7), from which validation, PATCH, filters and `/Schemas` follow. */

export interface Attribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'reference' | 'complex' | 'dateTime';
  readonly description: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'immutable';
  readonly returned: 'default' | 'always';
  readonly uniqueness: 'none' | 'server';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** A kind of resource: its schema, and the extensions whose attributes are in an object named after them. */
export interface ResourceType {
  readonly name: 'User' | 'Group';
  readonly endpoint: string;
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly Schema[];
}

type Options = Partial<Omit<Attribute, 'name' | 'description'>>;

export const attribute = (name: string, description: string, options: Options = {}): Attribute => ({
  name,
  type: 'string',
  description,
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...options,
});

export const complex = (
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  options: Options = {},
): Attribute => attribute(name, description, { type: 'complex', subAttributes, ...options });

/** A list of complex values with `value`, `display`, `type` and `primary` (RFC 7643 section 2.4). */
export function list(name: string, description: string, types: readonly string[], options: Options = {}): Attribute {
  const reference = options.type === 'reference' ? { type: 'reference', referenceTypes: ['external'] } : {};
  const value = { ...reference, required: options.required ?? false };
  return complex(
    name,
    description,
    [
      attribute('value', 'The value itself.', value as Options),
      attribute('display', 'A name of the value for people.'),
      attribute('type', 'What the value is for.', types.length > 0 ? { canonicalValues: types } : {}),
      attribute('primary', 'True for the preferred one: at most one.', { type: 'boolean' }),
    ],
    { ...options, type: 'complex', multiValued: true },
  );
}

/** Finds an attribute by its name, without regard to case. */
export function find(attributes: readonly Attribute[], name: string): Attribute | undefined {
  const wanted = name.toLowerCase();
  return attributes.find((each) => each.name.toLowerCase() === wanted);
}

/** The attributes that every resource has (RFC 7643 section 3.1). */
export const common: readonly Attribute[] = [
  attribute('id', 'The id here.', {
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
    caseExact: true,
  }),
  attribute('externalId', 'The id of the directory.', { caseExact: true }),
  complex(
    'meta',
    'About the resource.',
    [
      attribute('resourceType', 'The kind.', { mutability: 'readOnly', caseExact: true }),
      attribute('created', 'When it was made.', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('lastModified', 'When it last changed.', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('location', 'Where it is.', { type: 'reference', mutability: 'readOnly', caseExact: true }),
      attribute('version', 'Its ETag.', { mutability: 'readOnly', caseExact: true }),
    ],
    { mutability: 'readOnly' },
  ),
];
