/** JSON Schema, as the OpenAPI document has it, as TypeScript types. */
import type { OpenApiDocument, Schema as Shown } from '../../app/documentation/openapi.ts';

export interface Schema extends Omit<Shown, 'anyOf' | 'items' | 'properties'> {
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean | Schema;
  patternProperties?: Readonly<Record<string, Schema>>;
  const?: unknown;
}

/** The named schemas of the document. */
export function namedSchemas(document: OpenApiDocument): Record<string, Schema> {
  return (document as unknown as { components: { schemas: Record<string, Schema> } }).components.schemas;
}

/** True for the problem document of one operation: the client has one type for all of them. */
export function isProblem(name: string, schema: Schema | undefined): boolean {
  return (
    name.endsWith('Problem') && schema?.properties?.code !== undefined && schema.properties.requestId !== undefined
  );
}

/**
 * @param qualify what a reference becomes, from its name
 * @returns the type, e.g. `string | null`
 */
export function typeOf(schema: Schema, qualify = (name: string) => name): string {
  const inner = (each: Schema) => typeOf(each, qualify);
  if (schema.$ref) return qualify(schema.$ref.split('/').at(-1)!);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => quote(value)).join(' | ') || 'never';
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return [...new Set(alternatives.map(inner))].join(' | ');
  if (schema.allOf) return schema.allOf.map((each) => `(${inner(each)})`).join(' & ');
  const types = [schema.type ?? (schema.properties ? 'object' : 'unknown')].flat();
  return types.map((type) => ofType(type as string, schema, inner)).join(' | ');
}

function ofType(type: string, schema: Schema, inner: (schema: Schema) => string): string {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'array') return `readonly (${schema.items ? inner(schema.items) : 'unknown'})[]`;
  if (type !== 'object') return type;
  const values = Object.values(schema.patternProperties ?? {});
  const more = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : values[0];
  if (!schema.properties) return `Readonly<Record<string, ${more ? inner(more) : 'unknown'}>>`;
  return `{\n${members(schema, inner)}}`;
}

/** The members of an object, a line each. */
export function members({ properties = {}, required = [] }: Schema, inner: (schema: Schema) => string): string {
  return Object.entries(properties)
    .map(([name, schema]) => {
      const isRequired = required.includes(name);
      const type = isRequired ? inner(schema) : `${inner(schema)} | undefined`;
      return `${comment(describe(schema), '  ')}  readonly ${key(name)}${isRequired ? '' : '?'}: ${type};\n`;
    })
    .join('');
}

/** The description of a value, which an alternative to null may have. */
function describe({ description, anyOf = [] }: Schema): string | undefined {
  return description ?? anyOf.find((each) => each.description)?.description;
}

export function comment(text: string | undefined, indent = ''): string {
  return text ? `${indent}/** ${text.replaceAll('*/', '*\\/').replaceAll('\n', ' ')} */\n` : '';
}

export function quote(value: unknown): string {
  return typeof value === 'string'
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    : JSON.stringify(value);
}

const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name));
