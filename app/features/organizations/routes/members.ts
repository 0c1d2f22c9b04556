import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import { type Cursors, toPage } from '../../../platform/http/pagination.ts';
import { Body, DEFAULT_LIMIT, Id, Page, PageQuery, route } from '../../../platform/http/schemas.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import { accessOf } from '../access.ts';
import type { Authorization } from '../authorization.ts';
import { organizationErrors } from '../errors.ts';
import type { Memberships, Member as Row } from '../memberships.ts';
import { exampleMember, Member, OrganizationParams, RoleName } from './schemas.ts';

export interface MemberRoutesOptions {
  authorization: Authorization;
  memberships: Memberships;
  cursors: Cursors;
}

const tag = 'Members';
const path = '/v1/organizations/:organizationId/members';
const MemberParams = Type.Object({ ...OrganizationParams.properties, userId: Id('User') });
const signedInErrors = [accountErrors.token_expired, accountErrors.session_revoked];

export function memberRoutes(app: HttpServer, { authorization, memberships, cursors }: MemberRoutesOptions): void {
  // Bound to the organization: a cursor of one is refused in another.
  const listOf = (organizationId: string) => `members ${organizationId}`;

  app.get(
    path,
    {
      onRequest: authorization.requires('members:read'),
      schema: route({
        summary: 'List members',
        description: 'By the time they joined.',
        operationId: 'listMembers',
        tag,
        access: 'organization',
        permission: 'members:read',
        params: OrganizationParams,
        query: PageQuery,
        answers: { 200: Page(Member, exampleMember) },
        errors: [...signedInErrors, httpErrors.invalid_cursor],
      }),
    },
    async (request, reply) => {
      const { organizationId } = accessOf(request);
      const { limit = DEFAULT_LIMIT, cursor } = request.query;
      const after = cursor === undefined ? undefined : cursors.decode(listOf(organizationId), cursor);
      const rows = await memberships.list(organizationId, limit + 1, after);
      reply.header('cache-control', 'no-store');
      return toPage(rows, limit, present, (row) =>
        cursors.encode(listOf(organizationId), [row.createdAt.toISOString(), row.userId]),
      );
    },
  );

  app.patch(
    `${path}/:userId`,
    {
      onRequest: authorization.requires('members:manage'),
      schema: route({
        summary: "Change a member's role",
        description: 'Nobody gives or takes a role that allows more than their own.',
        operationId: 'updateMember',
        tag,
        access: 'organization',
        permission: 'members:manage',
        params: MemberParams,
        body: Body({ role: RoleName }, { role: 'admin' }),
        answers: { 200: Member },
        errors: [...signedInErrors, organizationErrors.last_owner, organizationErrors.personal_organization],
      }),
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return present(await memberships.changeRole(accessOf(request), request.params.userId, request.body.role));
    },
  );

  app.delete(
    `${path}/:userId`,
    {
      onRequest: authorization.requires('organization:read'),
      schema: route({
        summary: 'Remove a member, or leave',
        description: 'Anyone may leave; removing others needs `members:manage`. Their API keys are revoked.',
        operationId: 'deleteMember',
        tag,
        access: 'organization',
        permission: 'organization:read',
        params: MemberParams,
        answers: { 204: 'The person is no member any more.' },
        errors: [...signedInErrors, organizationErrors.last_owner, organizationErrors.personal_organization],
      }),
    },
    async (request, reply) => {
      await memberships.remove(accessOf(request), request.params.userId);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/organizations/:organizationId/ownership-transfers',
    {
      onRequest: authorization.requires('owners:manage'),
      schema: route({
        summary: 'Transfer ownership',
        description: 'Makes a member the owner and the caller an admin, in one step.',
        operationId: 'createOwnershipTransfer',
        tag,
        access: 'organization',
        permission: 'owners:manage',
        params: OrganizationParams,
        body: Body({ userId: Id('The next owner, a member already.') }, { userId: exampleMember.userId }),
        answers: { 204: 'Ownership is transferred.' },
        errors: [...signedInErrors, organizationErrors.last_owner, organizationErrors.personal_organization],
      }),
    },
    async (request, reply) => {
      await memberships.transfer(accessOf(request), request.body.userId);
      return reply.code(204).send();
    },
  );
}

function present({ userId, name, email, role, createdAt }: Row) {
  return { userId, name, email, role, joinedAt: createdAt.toISOString() };
}
