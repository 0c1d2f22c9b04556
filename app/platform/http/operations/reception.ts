/** How the body of an operation arrives. JSON that must be there is the rule; the others are here. */
import type { FastifyRequest } from 'fastify';
import type { TObject, TSchema } from 'typebox';
import type { ProblemFactory } from '../../errors.ts';
import { httpErrors } from '../errors.ts';
import type { HttpServer } from '../fastify.ts';
import type { Fields, ValuesOf } from './fields.ts';

/** @template Body what a handler finds in `call.body` */
export interface Reception<Body> {
  readonly optional: boolean;
  /** What it can answer beside the errors of a JSON body. */
  readonly errors: readonly ProblemFactory[];
  readonly limitBytes?: number;
  /** Sets the parsers of bodies in the route's own scope. */
  readonly prepare?: (scope: HttpServer) => void;
  /** What Fastify validates by, made of the schema of the JSON body. */
  readonly schemaOf: (json: TSchema | undefined) => unknown;
  /** Never there: it carries the type. */
  readonly body?: Body;
}

export const json: Reception<never> = { optional: false, errors: [], schemaOf: (schema) => schema };

/** JSON that may be left out. */
export function optional<F extends Fields>(_fields: F): Reception<ValuesOf<F> | undefined | null> {
  return { optional: true, errors: [], schemaOf: (schema) => ({ ...schema, type: ['object', 'null'] }) };
}

/** The bytes as they came, of any media type: signatures are over bytes. */
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

/** JSON, or a form that fits `form`. */
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
