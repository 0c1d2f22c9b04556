import { Type } from 'typebox';
import type { ProblemFactory } from '../../../platform/errors.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Id } from '../../../platform/http/schemas.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import type { Authorization } from '../authorization.ts';
import { organizationErrors } from '../errors.ts';
import type { Invitations, SentInvitation as Row } from '../invitations.ts';
import { Invitation, ORGANIZATION_PATH, organizationParams, Role, tags } from './representations.ts';

export interface InvitationRoutesOptions {
  authorization: Authorization;
  invitations: Invitations;
  /** The error for an organization that has no seat left. */
  seatErrors: readonly ProblemFactory[];
}

export function invitationRoutes(operations: Operations, options: InvitationRoutesOptions): void {
  const { authorization, invitations, seatErrors } = options;
  const guard = authorization.needs('members:invite');
  const below = operations.at(ORGANIZATION_PATH, { tag: tags.invitations, params: organizationParams });

  resendOperation(below, options);
  below.create('/invitations', {
    guard,
    operationId: 'createInvitation',
    whileActing: 'never',
    summary: 'Invite someone by email',
    description: 'The invitation is bound to the address and expires after 7 days.',
    body: { email: Type.String({ minLength: 3, maxLength: 320, format: 'email' }), role: Role },
    example: { email: 'grace@example.com', role: 'member' },
    answer: Invitation,
    errors: [
      accountErrors.invalid_email,
      accountErrors.recent_sign_in_required,
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
    whileActing: 'never',
    summary: 'Revoke an invitation',
    params: { invitationId: Id('Invitation') },
    removed: 'Its link no longer works.',
    remove: ({ access, params }) => invitations.revoke(access, params.invitationId),
  });
}

function resendOperation(
  below: OperationGroup<typeof organizationParams>,
  { authorization, invitations, seatErrors }: InvitationRoutesOptions,
): void {
  below.operation('POST', '/invitations/:invitationId/resend', {
    guard: authorization.needs('members:invite'),
    operationId: 'resendInvitation',
    whileActing: 'never',
    summary: 'Email an invitation again',
    description: 'With another link, which is valid for 7 days. The link before no longer works.',
    params: { invitationId: Id('Invitation') },
    answers: { 200: Invitation },
    errors: [organizationErrors.already_member, httpErrors.rate_limited, ...seatErrors],
    handle: async ({ access, params }) => present(await invitations.resend(access, params.invitationId)),
  });
}

function present({ id, email, emailStatus, role, invitedBy, createdAt, expiresAt }: Row) {
  const [created, expires] = [createdAt.toISOString(), expiresAt.toISOString()];
  return { id, email, emailStatus, role, invitedBy, createdAt: created, expiresAt: expires };
}
