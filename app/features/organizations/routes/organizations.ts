import { Type } from 'typebox';
import type { Database } from '../../../platform/database/database.ts';
import { callerOf, originOf } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import type { Idempotency } from '../../../platform/http/idempotency.ts';
import { type Cursors, toPage } from '../../../platform/http/pagination.ts';
import { Body, DEFAULT_LIMIT, Page, PageQuery, route } from '../../../platform/http/schemas.ts';
import { type Accounts, accountErrors } from '../../accounts/accounts.ts';
import { accessOf } from '../access.ts';
import type { Authorization } from '../authorization.ts';
import type { Directory } from '../directory.ts';
import type { Dissolution } from '../dissolution.ts';
import { organizationErrors } from '../errors.ts';
import type { Founding, Organization as Row } from '../founding.ts';
import { exampleOrganization, Name, Organization, OrganizationParams, OwnOrganization, Slug } from './schemas.ts';

export interface OrganizationRoutesOptions {
  db: Database;
  authentication: Accounts['authentication'];
  authorization: Authorization;
  idempotency: Idempotency;
  cursors: Cursors;
  founding: Founding;
  directory: Directory;
  dissolution: Dissolution;
}

const LIST = 'organizations';
const tag = 'Organizations';
const signedInErrors = [accountErrors.token_expired, accountErrors.session_revoked];

export function organizationRoutes(app: HttpServer, options: OrganizationRoutesOptions): void {
  const { authentication, authorization, idempotency, cursors, founding, directory, dissolution } = options;
  const { signedIn } = authentication;

  app.post(
    '/v1/organizations',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'Found an organization',
        description: 'The caller becomes its owner. Accepts an Idempotency-Key.',
        operationId: 'createOrganization',
        tag,
        access: 'user',
        body: Body(
          { name: Name, slug: Type.Optional(Slug) },
          { name: 'Analytical Engines', slug: 'analytical-engines' },
        ),
        answers: { 201: Organization },
        errors: [
          ...signedInErrors,
          organizationErrors.slug_taken,
          httpErrors.idempotency_key_reused,
          httpErrors.request_in_progress,
        ],
      }),
    },
    async (request, reply) => {
      const { userId } = callerOf(request);
      return idempotency.run(request, reply, userId, async (tx) => {
        const organization = await founding.found(tx, userId, request.body, originOf(request));
        return { status: 201, body: present(organization) };
      });
    },
  );

  app.get(
    '/v1/organizations',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'List your organizations',
        operationId: 'listOrganizations',
        tag,
        access: 'user',
        query: PageQuery,
        answers: { 200: Page(OwnOrganization, { ...exampleOrganization, role: 'owner' }) },
        errors: [...signedInErrors, httpErrors.invalid_cursor],
      }),
    },
    async (request, reply) => {
      const { limit = DEFAULT_LIMIT, cursor } = request.query;
      const afterId = cursor === undefined ? undefined : cursors.decode(LIST, cursor)[0];
      const rows = await directory.listOf(callerOf(request).userId, limit + 1, afterId);
      reply.header('cache-control', 'no-store');
      return toPage(
        rows,
        limit,
        ({ organization, role }) => ({ ...present(organization), role }),
        ({ organization }) => cursors.encode(LIST, [organization.id]),
      );
    },
  );

  app.get(
    '/v1/organizations/:organizationId',
    {
      onRequest: authorization.requires('organization:read'),
      schema: route({
        summary: 'Get an organization',
        operationId: 'getOrganization',
        tag,
        access: 'organization',
        permission: 'organization:read',
        params: OrganizationParams,
        answers: { 200: Organization },
        errors: signedInErrors,
      }),
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return present(await directory.get(accessOf(request).organizationId));
    },
  );

  app.patch(
    '/v1/organizations/:organizationId',
    {
      onRequest: authorization.requires('organization:update'),
      schema: route({
        summary: 'Rename an organization',
        operationId: 'updateOrganization',
        tag,
        access: 'organization',
        permission: 'organization:update',
        params: OrganizationParams,
        body: Body({ name: Type.Optional(Name), slug: Type.Optional(Slug) }, { name: 'Difference Engines' }),
        answers: { 200: Organization },
        errors: [...signedInErrors, organizationErrors.slug_taken],
      }),
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return present(await directory.update(accessOf(request), request.body));
    },
  );

  app.delete(
    '/v1/organizations/:organizationId',
    {
      onRequest: authorization.requires('organization:delete'),
      schema: route({
        summary: 'Delete an organization',
        description: 'Closes it at once; it is purged after 14 days. An owner can restore it until then.',
        operationId: 'deleteOrganization',
        tag,
        access: 'organization',
        permission: 'organization:delete',
        params: OrganizationParams,
        answers: { 204: 'The organization is closed to its members and keys.' },
        errors: [...signedInErrors, organizationErrors.personal_organization],
      }),
    },
    async (request, reply) => {
      await dissolution.request(accessOf(request));
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/organizations/:organizationId/restore',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'Undo the deletion of an organization',
        description: 'By an owner; to all others it does not exist.',
        operationId: 'restoreOrganization',
        tag,
        access: 'user',
        params: OrganizationParams,
        answers: { 200: Organization },
        errors: [...signedInErrors, httpErrors.not_found],
      }),
    },
    async (request) =>
      present(await dissolution.restore(callerOf(request).userId, request.params.organizationId, originOf(request))),
  );
}

function present({ id, name, slug, personal, createdAt, updatedAt }: Row) {
  return { id, name, slug, personal, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
