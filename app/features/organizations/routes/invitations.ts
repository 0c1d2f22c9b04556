import { Type } from 'typebox';
import type { ProblemFactory } from '../../../platform/errors.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { Id } from '../../../platform/http/schemas.ts';
import { type Accounts, accountErrors, linkExpired } from '../../accounts/accounts.ts';
import type { Authorization } from '../authorization.ts';
import { organizationErrors } from '../errors.ts';
import type { Invitations, Invitation as Row } from '../invitations.ts';
import {
  AcceptedInvitation,
  Invitation,
  ORGANIZATION_PATH,
  organizationParams,
  Role,
  tags,
} from './representations.ts';

export interface InvitationRoutesOptions {
  authentication: Accounts['authentication'];
  authorization: Authorization;
  invitations: Invitations;
  /** What is thrown where the organization has no seat left. */
  seatErrors: readonly ProblemFactory[];
}

export function invitationRoutes(operations: Operations, options: InvitationRoutesOptions): void {
  acceptOperation(operations, options);
  const { authorization, invitations, seatErrors } = options;
  const guard = authorization.needs('members:invite');
  const below = operations.at(ORGANIZATION_PATH, { tag: tags.invitations, params: organizationParams });

  below.create('/invitations', {
    guard,
    operationId: 'createInvitation',
    summary: 'Invite someone by email',
    description: 'The invitation is bound to the address and expires after 7 days.',
    body: { email: Type.String({ minLength: 3, maxLength: 320, format: 'email' }), role: Role },
    example: { email: 'grace@example.com', role: 'member' },
    answer: Invitation,
    errors: [
      accountErrors.invalid_email,
      organizationErrors.already_member,
      organizationErrors.already_invited,
      httpErrors.rate_limited,
      ...seatErrors,
    ],
    create: async (tx, { access, body }) => present(await invitations.invite(tx, access, body)),
  });

  below.list('/invitations', {
    guard,
    operationId: 'listInvitations',
    summary: 'List invitations',
    description: 'Open and expired ones, the newest first.',
    item: Invitation,
    rows: ({ access }, limit, before) => invitations.list(access.organizationId, limit, before?.[0]),
    keyOf: ({ id }) => [id],
    present,
  });

  below.remove('/invitations/:invitationId', {
    guard,
    operationId: 'deleteInvitation',
    summary: 'Revoke an invitation',
    params: { invitationId: Id('Invitation') },
    removed: 'Its link no longer works.',
    remove: ({ access, params }) => invitations.revoke(access, params.invitationId),
  });
}

function acceptOperation(operations: Operations, options: InvitationRoutesOptions): void {
  const { authentication, invitations, seatErrors } = options;
  operations.at('/v1/invitations', { tag: tags.invitations }).operation('POST', '/accept', {
    guard: authentication.signedIn,
    operationId: 'acceptInvitation',
    summary: 'Accept an invitation',
    description: 'By the emailed token, signed in with the invited address.',
    body: { token: Type.String({ minLength: 1, maxLength: 200 }) },
    example: { token: 'AZidXnoLfMGPDgxaPp0bL3J5c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0' },
    answers: { 200: AcceptedInvitation },
    errors: [
      accountErrors.invalid_token,
      linkExpired,
      organizationErrors.invitation_for_another_address,
      organizationErrors.already_member,
      ...seatErrors,
    ],
    handle: ({ access, body, origin }) => invitations.accept(access, body.token, origin),
  });
}

function present({ id, email, role, invitedBy, createdAt, expiresAt }: Row) {
  return { id, email, role, invitedBy, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
