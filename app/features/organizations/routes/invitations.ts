import { Type } from 'typebox';
import { callerOf, originOf } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import type { Idempotency } from '../../../platform/http/idempotency.ts';
import { type Cursors, toPage } from '../../../platform/http/pagination.ts';
import { Body, DEFAULT_LIMIT, Id, Page, PageQuery, route } from '../../../platform/http/schemas.ts';
import { type Accounts, accountErrors, linkExpired } from '../../accounts/accounts.ts';
import { accessOf } from '../access.ts';
import type { Authorization } from '../authorization.ts';
import { organizationErrors } from '../errors.ts';
import type { Invitations, Invitation as Row } from '../invitations.ts';
import { exampleInvitation, Invitation, OrganizationParams, organizationId, RoleName } from './schemas.ts';

export interface InvitationRoutesOptions {
  authentication: Accounts['authentication'];
  authorization: Authorization;
  idempotency: Idempotency;
  invitations: Invitations;
  cursors: Cursors;
}

const tag = 'Invitations';
const path = '/v1/organizations/:organizationId/invitations';
const signedInErrors = [accountErrors.token_expired, accountErrors.session_revoked];

export function invitationRoutes(app: HttpServer, options: InvitationRoutesOptions): void {
  const { authentication, authorization, idempotency, invitations, cursors } = options;
  const listOf = (id: string) => `invitations ${id}`;

  app.post(
    path,
    {
      onRequest: authorization.requires('members:invite'),
      schema: route({
        summary: 'Invite someone by mail',
        description: 'The invitation is bound to the address and expires after 7 days. Accepts an Idempotency-Key.',
        operationId: 'createInvitation',
        tag,
        access: 'organization',
        permission: 'members:invite',
        params: OrganizationParams,
        body: Body(
          { email: Type.String({ minLength: 3, maxLength: 320 }), role: RoleName },
          { email: 'grace@example.com', role: 'member' },
        ),
        answers: { 201: Invitation },
        errors: [
          ...signedInErrors,
          accountErrors.invalid_email,
          organizationErrors.already_member,
          organizationErrors.already_invited,
          httpErrors.rate_limited,
          httpErrors.idempotency_key_reused,
          httpErrors.request_in_progress,
        ],
      }),
    },
    async (request, reply) => {
      const access = accessOf(request);
      return idempotency.run(request, reply, access.actor.id, async (tx) => ({
        status: 201,
        body: present(await invitations.invite(tx, access, request.body)),
      }));
    },
  );

  app.get(
    path,
    {
      onRequest: authorization.requires('members:invite'),
      schema: route({
        summary: 'List invitations',
        description: 'Open and expired ones, the newest first.',
        operationId: 'listInvitations',
        tag,
        access: 'organization',
        permission: 'members:invite',
        params: OrganizationParams,
        query: PageQuery,
        answers: { 200: Page(Invitation, exampleInvitation) },
        errors: [...signedInErrors, httpErrors.invalid_cursor],
      }),
    },
    async (request, reply) => {
      const access = accessOf(request);
      const { limit = DEFAULT_LIMIT, cursor } = request.query;
      const list = listOf(access.organizationId);
      const beforeId = cursor === undefined ? undefined : cursors.decode(list, cursor)[0];
      const rows = await invitations.list(access.organizationId, limit + 1, beforeId);
      reply.header('cache-control', 'no-store');
      return toPage(rows, limit, present, ({ id }) => cursors.encode(list, [id]));
    },
  );

  app.delete(
    `${path}/:invitationId`,
    {
      onRequest: authorization.requires('members:invite'),
      schema: route({
        summary: 'Revoke an invitation',
        operationId: 'deleteInvitation',
        tag,
        access: 'organization',
        permission: 'members:invite',
        params: Type.Object({ ...OrganizationParams.properties, invitationId: Id('Invitation') }),
        answers: { 204: 'Its link does not work any more.' },
        errors: signedInErrors,
      }),
    },
    async (request, reply) => {
      await invitations.revoke(accessOf(request), request.params.invitationId);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/invitations/accept',
    {
      onRequest: authentication.signedIn,
      schema: route({
        summary: 'Accept an invitation',
        description: 'By the mailed token, signed in with the invited address.',
        operationId: 'acceptInvitation',
        tag,
        access: 'user',
        body: Body(
          { token: Type.String({ minLength: 1, maxLength: 200 }) },
          { token: 'AZidXnoLfMGPDgxaPp0bL3J5c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0' },
        ),
        answers: {
          200: Type.Object(
            { organizationId: Id('Organization'), role: RoleName },
            { examples: [{ organizationId, role: 'member' }] },
          ),
        },
        errors: [
          ...signedInErrors,
          accountErrors.invalid_token,
          linkExpired,
          organizationErrors.invitation_for_another_address,
          organizationErrors.already_member,
        ],
      }),
    },
    (request) => invitations.accept(callerOf(request).userId, request.body.token, originOf(request)),
  );
}

function present({ id, email, role, invitedBy, createdAt, expiresAt }: Row) {
  return { id, email, role, invitedBy, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
