/** The events of organizations: what receivers of webhooks and readers of `GET …/events` are told. */
import { Type } from 'typebox';
import { Id, Named, Nullable, OneOf, Timestamp } from '../../platform/http/schemas.ts';
import { defineEvents } from '../events/events.ts';
import { roleNames } from './roles.ts';

const userId = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f';
const invitationId = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b51';
const apiKeyId = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b52';
const email = 'grace@example.com';

const Role = OneOf(roleNames, { title: 'Role', description: 'The role of a member, which decides what they may do.' });
const Names = { name: Type.String(), slug: Type.String() };

const declared = defineEvents({
  'organization.updated': {
    about: 'The name or the slug changed.',
    data: Named(
      'OrganizationUpdated',
      { ...Names, previous: Named('PreviousNames', Names) },
      {
        ...{ name: 'Difference Engines', slug: 'difference-engines' },
        previous: { name: 'Analytical Engines', slug: 'analytical-engines' },
      },
    ),
  },
  'member.joined': {
    about:
      'Somebody is a member now: by an invitation, or without one, by the sign-in or the directory of the organization.',
    data: Named(
      'MemberJoined',
      {
        userId: Id('User'),
        role: Role,
        invitationId: Nullable(Id('The invitation; null if there was none')),
        invitedBy: Nullable(Id('The user who invited; null if nobody did')),
      },
      { userId, role: 'member', invitationId, invitedBy: userId },
    ),
  },
  'member.left': {
    about: 'Somebody left, was removed, or deleted their account.',
    data: Named(
      'MemberLeft',
      { userId: Id('User'), role: Role, removed: Type.Boolean({ description: 'False for who left by themself.' }) },
      { userId, role: 'member', removed: false },
    ),
  },
  'member.role_changed': {
    about: 'A member has another role.',
    data: Named(
      'MemberRoleChanged',
      { userId: Id('User'), role: Role, previousRole: Role },
      { userId, role: 'admin', previousRole: 'member' },
    ),
  },
  'invitation.created': {
    about: 'Somebody was invited by email.',
    data: Named(
      'InvitationCreated',
      {
        invitationId: Id('Invitation'),
        email: Type.String({ format: 'email' }),
        role: Role,
        invitedBy: Id('User'),
        expiresAt: Timestamp('Until when it can be accepted.'),
      },
      { invitationId, email, role: 'member', invitedBy: userId, expiresAt: '2026-11-08T09:30:00.000Z' },
    ),
  },
  'invitation.accepted': {
    about: 'The invited person accepted. `member.joined` happens with it.',
    data: Named(
      'InvitationAccepted',
      { invitationId: Id('Invitation'), email: Type.String({ format: 'email' }), userId: Id('User') },
      { invitationId, email, userId },
    ),
  },
  'invitation.revoked': {
    about: 'An invitation was withdrawn, or who sent it may not send it any more.',
    data: Named(
      'InvitationRevoked',
      { invitationId: Id('Invitation'), email: Type.String({ format: 'email' }) },
      { invitationId, email },
    ),
  },
  'api_key.created': {
    about: 'An API key was created.',
    data: Named(
      'ApiKeyCreated',
      {
        apiKeyId: Id('API key'),
        name: Type.String(),
        scopes: Type.Array(Type.String()),
        createdBy: Id('User'),
        expiresAt: Nullable(Timestamp('Until when it works; null: without end.')),
      },
      { apiKeyId, name: 'deploy', scopes: ['members:read'], createdBy: userId, expiresAt: null },
    ),
  },
  'api_key.revoked': {
    about: 'An API key was revoked, or the membership of who created it ended.',
    data: Named('ApiKeyRevoked', { apiKeyId: Id('API key'), name: Type.String() }, { apiKeyId, name: 'deploy' }),
  },
});
type Own = typeof declared;

declare module '../events/declaration.ts' {
  interface DeclaredEvents extends Own {}
}
