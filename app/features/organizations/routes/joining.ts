import { Type } from 'typebox';
import type { ProblemFactory } from '../../../platform/errors.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import { Id, LINE_PATTERN } from '../../../platform/http/schemas.ts';
import { type Accounts, accountErrors, linkExpired } from '../../accounts/accounts.ts';
import { organizationErrors } from '../errors.ts';
import type { Joining, ReceivedInvitation as Row } from '../joining.ts';
import { AcceptedInvitation, ProvenInvitation, ReceivedInvitation, Registered, tags } from './representations.ts';

export interface JoiningRoutesOptions {
  authentication: Accounts['authentication'];
  joining: Joining;
  /** The error for an organization that has no seat left. */
  seatErrors: readonly ProblemFactory[];
}

const Token = Type.String({ minLength: 1, maxLength: 200 });
const token = 'AZidXnoLfMGPDgxaPp0bL3J5c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0';
const linkErrors = [accountErrors.invalid_token, linkExpired];

export function joiningRoutes(operations: Operations, options: JoiningRoutesOptions): void {
  linkOperations(operations, options);
  registerOperation(operations, options);
  ownOperations(operations, options);
}

function linkOperations(operations: Operations, { authentication, joining, seatErrors }: JoiningRoutesOptions): void {
  const links = operations.at('/v1/invitations', { tag: tags.invitations });

  links.operation('POST', '/lookup', {
    guard: publicRoute,
    operationId: 'lookUpInvitation',
    summary: 'Read an invitation by its token',
    description: 'Before signing in. Uses nothing up.',
    body: { token: Token },
    example: { token },
    answers: { 200: ProvenInvitation },
    errors: linkErrors,
    async handle({ body }) {
      const { hasAccount, ...found } = await joining.lookUp(body.token);
      return { ...present(found), hasAccount };
    },
  });

  links.operation('POST', '/accept', {
    guard: authentication.signedIn,
    operationId: 'acceptInvitation',
    whileActing: 'never',
    summary: 'Accept an invitation',
    description:
      'By the emailed token, signed in with the invited address. Whoever accepted it before gets the same answer.',
    body: { token: Token },
    example: { token },
    answers: { 200: AcceptedInvitation },
    errors: [
      ...linkErrors,
      organizationErrors.invitation_for_another_address,
      organizationErrors.already_member,
      ...seatErrors,
    ],
    handle: ({ access, body, origin }) => joining.accept(access, body.token, origin),
  });
}

function registerOperation(operations: Operations, { joining, seatErrors }: JoiningRoutesOptions): void {
  operations.at('/v1/invitations', { tag: tags.invitations }).operation('POST', '/register', {
    guard: publicRoute,
    operationId: 'registerByInvitation',
    summary: 'Register with an invitation',
    description:
      'Creates a confirmed account for the invited address, as a member of the organization: the token proves the address. Sign in next.',
    body: {
      token: Token,
      password: Type.String({ maxLength: 1_024, document: { maxLength: 128 }, description: '8 to 128 characters.' }),
      name: Type.Optional(Type.String({ maxLength: 200, pattern: LINE_PATTERN, description: 'Empty: none.' })),
      locale: Type.Optional(Type.String({ maxLength: 100, description: 'A BCP 47 tag.' })),
    },
    example: { token, password: 'correct horse battery staple', name: 'Grace Hopper', locale: 'en' },
    answers: { 201: Registered },
    errors: [
      ...linkErrors,
      accountErrors.email_taken,
      accountErrors.weak_password,
      httpErrors.rate_limited,
      httpErrors.overloaded,
      ...seatErrors,
    ],
    handle: ({ body: { token: text, ...person }, origin }) => joining.register(text, person, origin),
  });
}

function ownOperations(operations: Operations, { authentication, joining, seatErrors }: JoiningRoutesOptions): void {
  const guard = authentication.signedIn;
  const own = operations.at('/v1/users/me/invitations', { tag: tags.invitations });
  const params = { invitationId: Id('Invitation') };

  own.list('', {
    guard,
    operationId: 'listMyInvitations',
    summary: 'List invitations to you',
    description: 'Those to your address that you can accept, the newest first.',
    item: ReceivedInvitation,
    rows: ({ access }, limit, before) => joining.listOwn(access.userId, limit, before?.[0]),
    keyOf: ({ invitation }) => [invitation.id],
    present,
  });

  own.operation('POST', '/:invitationId/accept', {
    guard,
    operationId: 'acceptMyInvitation',
    whileActing: 'never',
    summary: 'Accept an invitation to you',
    description: 'Without the emailed token: your address is confirmed.',
    params,
    answers: { 200: AcceptedInvitation },
    errors: [httpErrors.not_found, ...linkErrors, organizationErrors.already_member, ...seatErrors],
    handle: ({ access, params, origin }) => joining.acceptOwn(access, params.invitationId, origin),
  });

  own.remove('/:invitationId', {
    guard,
    operationId: 'declineInvitation',
    whileActing: 'never',
    summary: 'Decline an invitation to you',
    params,
    removed: 'Its link no longer works.',
    errors: [httpErrors.not_found],
    remove: ({ access, params, origin }) => joining.decline(access, params.invitationId, origin),
  });
}

function present({ invitation: { id, email, role, createdAt, expiresAt }, organization, inviter }: Row) {
  const times = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
  return { id, email, role, organization: { id: organization.id, name: organization.name }, inviter, ...times };
}
