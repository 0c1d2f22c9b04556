/**
 * Compiles route schemas to functions: validators with Ajv, serializers with fast-json-stringify. Each is compiled at its first use, because
 * compiling all of them takes longer than the rest of the start.
 */
import { Ajv, type FuncKeywordDefinition } from 'ajv';
import fastJson from 'fast-json-stringify';
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';
import { UUID } from './uuids.ts';

type Validator = ReturnType<FastifySchemaCompiler<object>> & { errors?: unknown };

/**
 * Bodies are validated without conversion. Parameters and queries are text, so they are first converted to the types of their schema.
 * Unknown fields are refused, never dropped.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<object> {
  const common = {
    allErrors: true,
    removeAdditional: false,
    useDefaults: true,
    strict: true,
    strictTypes: false,
  } as const;
  const exact = new Ajv({ ...common, coerceTypes: false });
  // With `strictNumbers`, Ajv would convert the text "Infinity" and then skip `maximum`, which applies to finite numbers only.
  const converting = new Ajv({ ...common, coerceTypes: 'array' as const, strictNumbers: false });
  for (const ajv of [exact, converting]) {
    ajv.addFormat('uuid', UUID);
    ajv.addKeyword(canonicalUuid);
    ajv.addFormat('date-time', { type: 'string', validate: isInstant });
    ajv.addFormat('date-time-or-empty', { type: 'string', validate: (text) => text === '' || isInstant(text) });
    ajv.addFormat('email', true);
    ajv.addFormat('uri', { type: 'string', validate: (text) => URL.canParse(text) });
    // `document` holds keywords that the OpenAPI document shows in place of the validated ones.
    ajv.addKeyword('document');
  }
  return ({ schema, httpPart }) => {
    let compiled: Validator | undefined;
    const validate: Validator = (data: unknown) => {
      compiled ??= (httpPart === 'body' ? exact : converting).compile(withCanonicalUuids(schema)) as Validator;
      const valid = compiled(data);
      validate.errors = compiled.errors ?? null;
      return valid;
    };
    return validate;
  };
}

/**
 * Rewrites a UUID in lower case: its digits may come in either case (RFC 9562 section 4), and everything behind the validators compares
 * UUIDs as text.
 */
const canonicalUuid: FuncKeywordDefinition = {
  keyword: 'canonicalUuid',
  modifying: true,
  schema: false,
  errors: false,
  validate(data: unknown, at?: { parentData: Record<string | number, unknown>; parentDataProperty: string | number }) {
    if (typeof data === 'string' && at) at.parentData[at.parentDataProperty] = data.toLowerCase();
    return true;
  },
};

/** A copy of a schema in which every UUID is made canonical. */
function withCanonicalUuids<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(withCanonicalUuids) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, withCanonicalUuids(part)]));
  return (copy.type === 'string' && copy.format === 'uuid' ? { ...copy, canonicalUuid: true } : copy) as T;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Accepts RFC 3339 with an existing day. In UTC, the year must be from 0001 to 9999, which an offset can leave: PostgreSQL writes others differently. */
function isInstant(text: string): boolean {
  const day = text.slice(0, 10);
  const year = new Date(text).getUTCFullYear();
  // `Date` reads 30 February as 2 March.
  return INSTANT.test(text) && year >= 1 && year <= 9999 && new Date(day).toISOString().startsWith(day);
}

/** Creates a serializer for the schema of each answer. */
export function createSerializerCompiler(): FastifySerializerCompiler<object> {
  return ({ schema }) => {
    let compiled: ((data: unknown) => string) | undefined;
    return (data) => {
      compiled ??= fastJson(schema as fastJson.Schema);
      return compiled(data);
    };
  };
}
