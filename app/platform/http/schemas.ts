/** Pieces of route schemas that every feature uses, and `route`, which turns a description into a Fastify schema for OpenAPI. */
import { type TObject, type TSchema, Type } from 'typebox';
import type { ProblemFactory } from '../errors.ts';
import { httpErrors } from './errors.ts';

export const ProblemSchema = {
  $id: 'Problem',
  type: 'object',
  description: 'A problem document (RFC 9457).',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'A page about this code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable, in snake_case: what programs compare.' },
    requestId: { type: 'string' },
    reasons: { type: 'array', description: 'With weak_password: why.', items: { type: 'string' } },
    permission: { type: 'string', description: 'With forbidden: what is missing.' },
    errors: {
      type: 'array',
      description: 'With validation_failed: each fault.',
      items: {
        type: 'object',
        required: ['in', 'path', 'message'],
        properties: { in: { type: 'string' }, path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

export const Id = (description: string) => Type.String({ format: 'uuid', description });
export const Timestamp = (description: string) => Type.String({ format: 'date-time', description });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** An object that refuses unknown members. */
export const Body = <T extends Record<string, TSchema>>(properties: T, example: Record<string, unknown>) =>
  Type.Object(properties, { additionalProperties: false, examples: [example] });

/** How many rows a page has where the caller does not say. */
export const DEFAULT_LIMIT = 20;

export const PageQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: 'How many, at most.' }),
    ),
    cursor: Type.Optional(Type.String({ maxLength: 1_000, description: '`nextCursor` of the page before.' })),
  },
  { additionalProperties: false },
);

/** A page of a list: `{ data, nextCursor }`. */
export const Page = <T extends TSchema>(item: T, example?: Record<string, unknown>) =>
  Type.Object(
    { data: Type.Array(item), nextCursor: Nullable(Type.String({ description: 'null on the last page.' })) },
    example ? { examples: [{ data: [example], nextCursor: null }] } : {},
  );

interface RouteDescription {
  /** One line, for lists of operations. */
  summary: string;
  /** What a caller needs to know beyond the summary. */
  description?: string;
  operationId: string;
  tag: string;
  /** Who may call: anyone, a signed-in user, or a member or API key of the organization in the path. */
  access: 'public' | 'user' | 'organization';
  /** What a member or API key needs; `x-permission` in the document. */
  permission?: string;
  body?: TSchema;
  query?: TObject;
  params?: TObject;
  /** Status -> the answer's schema, what an empty answer means, or an answer that is not JSON. */
  answers: Record<number, TSchema | string | { description: string; mediaType: string }>;
  /** What else it can answer; errors that every such route has are added. */
  errors?: readonly ProblemFactory[];
}

/**
 * The Fastify schema of a route, complete for OpenAPI: its own errors and those which its shape implies.
 * The type of the result keeps body, query and params, so that handlers are typed.
 */
export function route<const D extends RouteDescription>(description: D) {
  const { body, query, params, access } = description;
  const implied: ProblemFactory[] = [
    httpErrors.bad_request,
    httpErrors.internal_error,
    httpErrors.database_unavailable,
  ];
  if (body) {
    implied.push(httpErrors.malformed_json, httpErrors.payload_too_large, httpErrors.unsupported_media_type);
  }
  if (body || query || params) implied.push(httpErrors.validation_failed);
  if (access !== 'public') implied.push(httpErrors.unauthenticated);
  if (access === 'organization') implied.push(httpErrors.forbidden, httpErrors.not_found);
  const errors = [...(description.errors ?? []), ...implied];

  const response: Record<number, unknown> = {};
  for (const [status, answer] of Object.entries(description.answers)) {
    response[Number(status)] = describeAnswer(answer);
  }
  for (const status of new Set(errors.map((error) => error.status))) {
    // What a route declares for a status goes before what any route can answer.
    if (status in response) continue;
    const codes = [...new Set(errors.filter((error) => error.status === status).map(({ code }) => `\`${code}\``))];
    response[status] = {
      description: codes.join(', '),
      content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
    };
  }
  return {
    summary: description.summary,
    ...(description.description && { description: description.description }),
    operationId: description.operationId,
    tags: [description.tag],
    security: SECURITY[access],
    ...(description.permission && { 'x-permission': description.permission }),
    ...(body && { body }),
    ...(query && { querystring: query }),
    ...(params && { params }),
    response,
  } as unknown as RouteSchema<D>;
}

const SECURITY = {
  public: [],
  user: [{ accessToken: [] }],
  organization: [{ accessToken: [] }, { apiKey: [] }],
};

type RouteSchema<D extends RouteDescription> = {
  [K in keyof D as K extends 'body' | 'params' ? K : K extends 'query' ? 'querystring' : never]: D[K];
};

function describeAnswer(answer: RouteDescription['answers'][number]): object {
  if (typeof answer === 'string') return { description: answer, type: 'null' };
  if ('mediaType' in answer) {
    return {
      description: answer.description,
      content: { [answer.mediaType as string]: { schema: { type: 'string' } } },
    };
  }
  return { description: 'Success', ...answer };
}
