import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import type { Idempotency } from '../../../platform/http/idempotency.ts';
import { type Cursors, toPage } from '../../../platform/http/pagination.ts';
import {
  Body,
  DEFAULT_LIMIT,
  Id,
  Nullable,
  Page,
  PageQuery,
  route,
  Timestamp,
} from '../../../platform/http/schemas.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import { accessOf } from '../access.ts';
import type { ApiKeys, ApiKey as Row } from '../api-keys.ts';
import type { Authorization } from '../authorization.ts';
import { organizationErrors } from '../errors.ts';
import { ApiKey, exampleKey, Name, NewApiKey, OrganizationParams, Scopes } from './schemas.ts';

export interface ApiKeyRoutesOptions {
  authorization: Authorization;
  idempotency: Idempotency;
  apiKeys: ApiKeys;
  cursors: Cursors;
}

const tag = 'API keys';
const path = '/v1/organizations/:organizationId/api-keys';
const KeyParams = Type.Object({ ...OrganizationParams.properties, apiKeyId: Id('API key') });
const signedInErrors = [accountErrors.token_expired, accountErrors.session_revoked];
const MAX_GRACE_SECONDS = 7 * 86_400;

export function apiKeyRoutes(
  app: HttpServer,
  { authorization, idempotency, apiKeys, cursors }: ApiKeyRoutesOptions,
): void {
  const listOf = (id: string) => `api-keys ${id}`;

  app.post(
    path,
    {
      onRequest: authorization.requires('api-keys:write'),
      schema: route({
        summary: 'Create an API key',
        description:
          "The secret is shown this once. A key never allows more than its creator's role does at the time. Accepts an Idempotency-Key.",
        operationId: 'createApiKey',
        tag,
        access: 'organization',
        permission: 'api-keys:write',
        params: OrganizationParams,
        body: Body(
          {
            name: Name,
            scopes: Scopes,
            expiresAt: Type.Optional(Timestamp('Until when it works; without it, without end.')),
          },
          { name: 'deploy', scopes: ['members:read'] },
        ),
        answers: { 201: NewApiKey },
        errors: [
          ...signedInErrors,
          organizationErrors.invalid_expiry,
          httpErrors.idempotency_key_reused,
          httpErrors.request_in_progress,
        ],
      }),
    },
    async (request, reply) => {
      const access = accessOf(request);
      const { name, scopes, expiresAt } = request.body;
      reply.header('cache-control', 'no-store');
      return idempotency.run(request, reply, access.actor.id, async (tx) => {
        const created = await apiKeys.create(tx, access, { name, scopes, expiresAt: toDate(expiresAt) });
        return { status: 201, body: { ...present(created.key), secret: created.secret } };
      });
    },
  );

  app.get(
    path,
    {
      onRequest: authorization.requires('api-keys:read'),
      schema: route({
        summary: 'List API keys',
        description: 'The newest first, without their secrets.',
        operationId: 'listApiKeys',
        tag,
        access: 'organization',
        permission: 'api-keys:read',
        params: OrganizationParams,
        query: PageQuery,
        answers: { 200: Page(ApiKey, exampleKey) },
        errors: [...signedInErrors, httpErrors.invalid_cursor],
      }),
    },
    async (request, reply) => {
      const { organizationId } = accessOf(request);
      const { limit = DEFAULT_LIMIT, cursor } = request.query;
      const list = listOf(organizationId);
      const beforeId = cursor === undefined ? undefined : cursors.decode(list, cursor)[0];
      const rows = await apiKeys.list(organizationId, limit + 1, beforeId);
      reply.header('cache-control', 'no-store');
      return toPage(rows, limit, present, ({ id }) => cursors.encode(list, [id]));
    },
  );

  app.patch(
    `${path}/:apiKeyId`,
    {
      onRequest: authorization.requires('api-keys:write'),
      schema: route({
        summary: 'Change an API key',
        operationId: 'updateApiKey',
        tag,
        access: 'organization',
        permission: 'api-keys:write',
        params: KeyParams,
        body: Body(
          {
            name: Type.Optional(Name),
            scopes: Type.Optional(Scopes),
            expiresAt: Type.Optional(Nullable(Timestamp('Until when it works; null: without end.'))),
          },
          { scopes: ['members:read', 'audit:read'] },
        ),
        answers: { 200: ApiKey },
        errors: [...signedInErrors, organizationErrors.invalid_expiry],
      }),
    },
    async (request, reply) => {
      const { name, scopes, expiresAt } = request.body;
      const change = { name, scopes, expiresAt: expiresAt === null ? null : toDate(expiresAt) };
      reply.header('cache-control', 'no-store');
      return present(await apiKeys.update(accessOf(request), request.params.apiKeyId, change));
    },
  );

  app.post(
    `${path}/:apiKeyId/rotate`,
    {
      onRequest: authorization.requires('api-keys:write'),
      schema: route({
        summary: 'Rotate an API key',
        description:
          'Gives it another secret, shown this once. The old one keeps working for the grace. Only for who created the key.',
        operationId: 'rotateApiKey',
        tag,
        access: 'organization',
        permission: 'api-keys:write',
        params: KeyParams,
        body: Body(
          {
            graceSeconds: Type.Optional(
              Type.Integer({ minimum: 0, maximum: MAX_GRACE_SECONDS, description: 'Default 0.' }),
            ),
          },
          { graceSeconds: 3_600 },
        ),
        answers: { 200: NewApiKey },
        errors: signedInErrors,
      }),
    },
    async (request, reply) => {
      const { graceSeconds = 0 } = request.body;
      const { key, secret } = await apiKeys.rotate(accessOf(request), request.params.apiKeyId, graceSeconds);
      reply.header('cache-control', 'no-store');
      return { ...present(key), secret };
    },
  );

  app.delete(
    `${path}/:apiKeyId`,
    {
      onRequest: authorization.requires('api-keys:write'),
      schema: route({
        summary: 'Revoke an API key',
        operationId: 'deleteApiKey',
        tag,
        access: 'organization',
        permission: 'api-keys:write',
        params: KeyParams,
        answers: { 204: 'The key is refused from the next request on.' },
        errors: signedInErrors,
      }),
    },
    async (request, reply) => {
      await apiKeys.revoke(accessOf(request), request.params.apiKeyId);
      return reply.code(204).send();
    },
  );
}

function toDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

function present({ id, name, hint, scopes, createdBy, createdAt, expiresAt, lastUsedAt }: Row) {
  return {
    id,
    name,
    hint,
    scopes,
    createdBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
