/** The routes of SCIM (RFC 7644). They are no operations of the API: the protocol has media types, errors and a discovery of its own. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import { parseJson } from '../../../platform/http/json-body.ts';
import { entering } from '../../../platform/http/operations/entering.ts';
import type { ErrorFormat } from '../../../platform/http/problems.ts';
import type { OrganizationAccess } from '../../organizations/organizations.ts';
import { scimErrors } from '../errors.ts';
import type { ScimGuard } from '../guard.ts';
import { MEDIA_TYPE } from '../protocol/errors.ts';
import { etagOf, names } from '../versions.ts';

export const SCIM_PATH = '/scim/v2';

/** One request of a directory. */
export interface ScimCall {
  readonly access: OrganizationAccess;
  readonly id: string;
  readonly query: unknown;
  readonly body: unknown;
  readonly ifMatch: string | undefined;
}

/** What is answered. `version` and `location` become headers. */
export interface ScimAnswer {
  readonly status?: number;
  readonly body?: object;
  readonly version?: number;
  readonly location?: string;
}

export type ScimHandler = (call: ScimCall) => Promise<ScimAnswer> | ScimAnswer;
export type ScimMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** By path below `SCIM_PATH`, in Fastify's notation, and by method. */
export type ScimRoutes = Readonly<Record<string, Partial<Record<ScimMethod, ScimHandler>>>>;

const METHODS: readonly ScimMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** A group may have thousands of members in one request. */
const BODY_LIMIT_BYTES = 1024 * 1024;

export function serveScim(app: HttpServer, guard: ScimGuard, errorFormat: ErrorFormat, routes: ScimRoutes): void {
  app.register(async (scope) => {
    scope.addContentTypeParser(MEDIA_TYPE, { parseAs: 'buffer' }, parseJson(app));
    const common = { config: { errorFormat }, bodyLimit: BODY_LIMIT_BYTES, ...entering(guard) };
    for (const [path, handlers] of Object.entries(routes)) {
      const allowed = METHODS.filter((method) => handlers[method]);
      for (const method of METHODS)
        scope.route({
          ...{ ...common, method, url: `${SCIM_PATH}${path}` },
          handler: handlers[method] ? answering(handlers[method]) : () => refuseMethod(allowed),
        });
    }
    for (const url of [SCIM_PATH, `${SCIM_PATH}/*`])
      scope.route({
        ...{ ...common, method: [...METHODS], url },
        handler() {
          throw httpErrors.not_found({ detail: 'There is nothing at this address.' });
        },
      });
  });
}

function refuseMethod(allowed: readonly ScimMethod[]): never {
  const allow = allowed.join(', ');
  throw httpErrors.method_not_allowed({ headers: { allow }, detail: `Allowed: ${allow}.` });
}

function answering(handle: ScimHandler) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { headers, query, body } = request;
    const { id = '' } = request.params as { id?: string };
    const call = {
      access: request.caller as OrganizationAccess,
      id: id.toLowerCase(),
      query,
      body,
      ifMatch: headers['if-match'],
    };
    const answer = await handle(call);
    reply.header('cache-control', 'no-store').code(answer.status ?? 200);
    if (answer.location !== undefined) reply.header('location', answer.location);
    if (answer.version !== undefined) {
      reply.header('etag', etagOf(answer.version));
      const known = headers['if-none-match'];
      if (request.method === 'GET' && known !== undefined && names(known, answer.version))
        return reply.code(304).send();
    }
    if (answer.body === undefined) return reply.send();
    return reply.type(`${MEDIA_TYPE}; charset=utf-8`).send(JSON.stringify(answer.body));
  };
}

/** For a part of SCIM that is not there (RFC 7644 section 3.11). */
export const notSupported = (detail: string): ScimHandler => {
  return () => {
    throw scimErrors.scim_not_supported({ detail });
  };
};
