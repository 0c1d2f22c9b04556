import { Type } from 'typebox';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { ClearableTimestamp, Id, OneOf, Timestamp } from '../../../platform/http/schemas.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import { type ApiKeys, keyStates, type ApiKey as Row } from '../api-keys.ts';
import type { Authorization } from '../authorization.ts';
import { organizationErrors } from '../errors.ts';
import { ApiKey, Name, NewApiKey, ORGANIZATION_PATH, organizationParams, Scopes, tags } from './representations.ts';

export interface ApiKeyRoutesOptions {
  authorization: Authorization;
  apiKeys: ApiKeys;
}

const params = { apiKeyId: Id('API key') };
const MAX_GRACE_SECONDS = 7 * 86_400;

export function apiKeyRoutes(operations: Operations, options: ApiKeyRoutesOptions): void {
  const below = operations.at(`${ORGANIZATION_PATH}/api-keys`, { tag: tags.apiKeys, params: organizationParams });
  secretOperations(below, options);
  keyOperations(below, options);
  takeOverOperation(below, options);
}

type Keys = OperationGroup<typeof organizationParams>;

/** Those that answer with a secret. */
function secretOperations(below: Keys, { authorization, apiKeys }: ApiKeyRoutesOptions): void {
  const guard = authorization.needs('api-keys:write');

  below.create('', {
    guard,
    operationId: 'createApiKey',
    whileActing: 'never',
    summary: 'Create an API key',
    description: "The secret is shown this once. A key never allows more than its creator's role does at the time.",
    body: {
      name: Name,
      scopes: Scopes,
      expiresAt: Type.Optional(Timestamp('Until when it works; without it, without end.')),
    },
    example: { name: 'deploy', scopes: ['members:read'] },
    answer: NewApiKey,
    errors: [organizationErrors.invalid_expiry, accountErrors.recent_sign_in_required],
    async create(tx, { access, body }) {
      const { key, secret } = await apiKeys.create(tx, access, { ...body, expiresAt: toDate(body.expiresAt) });
      return { ...present(key), secret };
    },
  });

  below.operation('POST', '/:apiKeyId/rotate', {
    guard,
    operationId: 'rotateApiKey',
    whileActing: 'never',
    summary: 'Rotate an API key',
    description:
      'Gives it another secret, shown this once. The old one keeps working for the grace. Only for the creator of the key.',
    params,
    body: {
      graceSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_GRACE_SECONDS, description: 'Default 0.' })),
    },
    example: { graceSeconds: 3_600 },
    answers: { 200: NewApiKey },
    errors: [accountErrors.recent_sign_in_required],
    async handle({ access, params, body: { graceSeconds = 0 } }) {
      const { key, secret } = await apiKeys.rotate(access, params.apiKeyId, graceSeconds);
      return { ...present(key), secret };
    },
  });
}

function keyOperations(below: Keys, { authorization, apiKeys }: ApiKeyRoutesOptions): void {
  const guard = authorization.needs('api-keys:write');

  below.list('', {
    guard: authorization.needs('api-keys:read'),
    operationId: 'listApiKeys',
    summary: 'List API keys',
    description: 'The newest first, without their secrets. Revoked ones are shown on request.',
    query: { state: Type.Optional(OneOf(keyStates, { title: 'ApiKeyState', description: 'Default `live`.' })) },
    item: ApiKey,
    rows: ({ access, query: { state = 'live' } }, limit, before) =>
      apiKeys.list(access.organizationId, state, limit, before?.[0]),
    keyOf: ({ id }) => [id],
    present,
  });

  below.change('/:apiKeyId', {
    guard,
    operationId: 'updateApiKey',
    whileActing: 'never',
    summary: 'Change an API key',
    params,
    body: {
      name: Type.Optional(Name),
      scopes: Type.Optional(Scopes),
      expiresAt: Type.Optional(ClearableTimestamp('Until when it works; null: without end.')),
    },
    example: { scopes: ['members:read', 'audit:read'] },
    answer: ApiKey,
    errors: [organizationErrors.invalid_expiry],
    async change({ access, params, body: { name, scopes, expiresAt } }) {
      const change = { name, scopes, expiresAt: expiresAt === null || expiresAt === '' ? null : toDate(expiresAt) };
      return present(await apiKeys.update(access, params.apiKeyId, change));
    },
  });

  below.remove('/:apiKeyId', {
    guard,
    operationId: 'deleteApiKey',
    whileActing: 'never',
    summary: 'Revoke an API key',
    params,
    removed: 'The key is refused from the next request on.',
    remove: ({ access, params }) => apiKeys.revoke(access, params.apiKeyId),
  });
}

function takeOverOperation(below: Keys, { authorization, apiKeys }: ApiKeyRoutesOptions): void {
  below.operation('POST', '/:apiKeyId/take-over', {
    guard: authorization.needs('api-keys:write'),
    operationId: 'takeOverApiKey',
    whileActing: 'never',
    summary: 'Take an API key over',
    description:
      'Makes the caller its creator, so that it goes on when the creator leaves. The secret stays the same, and the key keeps the scopes that the caller holds.',
    params,
    answers: { 200: ApiKey },
    handle: async ({ access, params }) => present(await apiKeys.takeOver(access, params.apiKeyId)),
  });
}

function toDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

function present({ id, name, hint, scopes, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt, ...last }: Row) {
  return {
    ...{ id, name, hint, scopes, createdBy },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    lastUsedFrom: lastUsedAt && { ipAddress: last.lastIpAddress, userAgent: last.lastUserAgent },
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
