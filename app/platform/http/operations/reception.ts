/** Describes how the body of an operation is received, if it is not a required JSON body. */
import type { FastifyRequest } from 'fastify';
import type { TObject, TSchema } from 'typebox';
import type { ProblemFactory } from '../../errors.ts';
import { httpErrors } from '../errors.ts';
import type { HttpServer } from '../fastify.ts';
import type { Fields, ValuesOf } from './fields.ts';

/** @template Body the type of `call.body` in the handler */
export interface Reception<Body> {
  readonly optional: boolean;
  /** Errors that it can answer with, in addition to the errors of a JSON body. */
  readonly errors: readonly ProblemFactory[];
  readonly limitBytes?: number;
  /** Sets the body parsers in the route's own scope. */
  readonly prepare?: (scope: HttpServer) => void;
  /** Returns the schema that Fastify validates with, derived from the schema of the JSON body. */
  readonly schemaOf: (json: TSchema | undefined) => unknown;
  /** Always absent; it only carries the type. */
  readonly body?: Body;
}

export const json: Reception<never> = { optional: false, errors: [], schemaOf: (schema) => schema };

/** An optional JSON body. */
export function optional<F extends Fields>(_fields: F): Reception<ValuesOf<F> | undefined | null> {
  return { optional: true, errors: [], schemaOf: (schema) => ({ ...schema, type: ['object', 'null'] }) };
}

/** The unparsed bytes of a body with any media type. A signature covers the exact bytes. */
export function bytes(limitBytes: number): Reception<Buffer> {
  return {
    optional: false,
    errors: [httpErrors.payload_too_large],
    limitBytes,
    prepare(scope) {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => body);
      scope.addHook('preValidation', async (request) => {
        request.body ??= Buffer.alloc(0);
      });
    },
    schemaOf: () => undefined,
  };
}

const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** A JSON body, or a form that matches `form`. */
export function orForm<F extends Fields, Form extends TObject>(_fields: F, form: Form) {
  const reception: Reception<ValuesOf<F> | (Form extends TObject<infer P extends Fields> ? ValuesOf<P> : never)> = {
    optional: false,
    errors: [],
    prepare: (scope) => void scope.addContentTypeParser(FORMS, { parseAs: 'buffer' }, parseForm),
    schemaOf: (schema) => ({
      content: Object.fromEntries([
        ['application/json', { schema }],
        ...FORMS.map((type) => [type, { schema: form }] as const),
      ]),
    }),
  };
  return reception;
}

async function parseForm(request: FastifyRequest, body: Buffer): Promise<Record<string, string>> {
  try {
    const type = request.headers['content-type'] ?? '';
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    return Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
  } catch {
    throw httpErrors.bad_request({ detail: 'The form could not be read.' });
  }
}
