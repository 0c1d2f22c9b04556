/** The part of an OpenAPI 3.1 document that the reference shows. */
export interface Schema {
  type?: string | readonly string[];
  format?: string;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  description?: string;
  default?: unknown;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  $ref?: string;
}

export interface Media {
  schema?: Schema;
  example?: unknown;
}

export interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header' | 'cookie';
  required?: boolean;
  description?: string;
  example?: unknown;
  schema: Schema;
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  security?: readonly Readonly<Record<string, unknown>>[];
  /** The permission that a member or an API key needs. */
  'x-permission'?: string;
  parameters?: readonly Parameter[];
  requestBody?: { required?: boolean; content: Readonly<Record<string, Media>> };
  responses: Readonly<Record<string, { description: string; content?: Readonly<Record<string, Media>> }>>;
}

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  servers: readonly { url: string }[];
  tags: readonly { name: string; description: string }[];
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** An operation with the place where it is found. */
export interface PlacedOperation extends Operation {
  method: string;
  path: string;
}

/** The document with every reference replaced by what it points at, which is how people read it. */
export function dereference(document: OpenApiDocument): OpenApiDocument {
  const resolve = (value: unknown, above: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((member) => resolve(member, above));
    if (typeof value !== 'object' || value === null) return value;
    const { $ref } = value as Schema;
    if (typeof $ref === 'string') {
      // A schema that holds itself is shown once.
      return above.includes($ref) ? {} : resolve(find(document, $ref), [...above, $ref]);
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member, above)]));
  };
  return { ...document, paths: resolve(document.paths, []) as OpenApiDocument['paths'] };
}

function find(document: OpenApiDocument, pointer: string): unknown {
  const keys = pointer.slice('#/'.length).split('/');
  return keys.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
}

/** Every operation, in the order of the document. */
export function operationsOf({ paths }: OpenApiDocument): PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  );
}

/** The error codes an operation can answer with, by status: `route` lists them in the description of each answer. */
export function errorCodesOf({ responses }: Operation): { status: string; codes: string[] }[] {
  return Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .map(([status, { description }]) => ({
      status,
      codes: [...description.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code!),
    }));
}
