/** The shapes that organization operations take and answer. */
import { Type } from 'typebox';
import { Id, LINE_PATTERN, Named, Nullable, OneOf, Place, Timestamp } from '../../../platform/http/schemas.ts';
import { AddressStatusSchema } from '../../email/email.ts';
import { SLUG_PATTERN } from '../founding.ts';
import { permissions, roleNames } from '../roles.ts';

export const tags = {
  organizations: { name: 'Organizations', description: 'People belong to organizations, which own data and plans.' },
  members: { name: 'Members', description: 'The members of an organization, with their roles.' },
  invitations: { name: 'Invitations', description: 'Asking people into an organization by email.' },
  apiKeys: { name: 'API keys', description: 'Keys by which programs act for an organization.' },
  audit: { name: 'Audit', description: 'The record of who did what, and when.' },
};

/** Where everything of an organization is found. */
export const ORGANIZATION_PATH = '/v1/organizations/:organizationId';
export const organizationParams = { organizationId: Id('Organization') };

export const exampleOrganizationId = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b50';
const userId = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f';

export const Name = Type.String({ minLength: 1, maxLength: 100, pattern: LINE_PATTERN });
export const Slug = Type.String({
  minLength: 3,
  maxLength: 63,
  pattern: SLUG_PATTERN,
  description: 'Lower case letters, digits and dashes; unique.',
});
export const Role = OneOf(roleNames, {
  title: 'Role',
  description: 'The role of a member, which decides what they may do.',
});
export const Permission = OneOf(permissions, {
  title: 'Permission',
  description: 'A permission, as operations need it.',
});
/** More than there are permissions. */
const MAX_SCOPES = 200;
export const Scopes = Type.Array(Permission, {
  maxItems: MAX_SCOPES,
  uniqueItems: true,
  description: 'Permissions; none that the caller lacks.',
});

const exampleOrganization = {
  id: exampleOrganizationId,
  name: 'Analytical Engines',
  slug: 'analytical-engines',
  personal: false,
  createdAt: '2026-11-01T09:30:00.000Z',
  updatedAt: '2026-11-01T09:30:00.000Z',
};
const organizationFields = {
  id: Id('Organization'),
  name: Type.String(),
  slug: Type.String(),
  personal: Type.Boolean({ description: 'True for the organization that each person gets.' }),
  createdAt: Timestamp('When it was founded.'),
  updatedAt: Timestamp('When its name or slug last changed.'),
};
export const Organization = Named('Organization', organizationFields, exampleOrganization);
export const OwnOrganization = Named(
  'OwnOrganization',
  { ...organizationFields, role: Role },
  { ...exampleOrganization, role: 'owner' },
);

export const Member = Named(
  'Member',
  {
    userId: Id('User'),
    name: Nullable(Type.String()),
    email: Type.String({ format: 'email' }),
    role: Role,
    joinedAt: Timestamp('When the person joined.'),
  },
  {
    userId,
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    role: 'owner',
    joinedAt: '2026-11-01T09:30:00.000Z',
  },
);
export const exampleMemberId = userId;

export const Invitation = Named(
  'Invitation',
  {
    id: Id('Invitation'),
    email: Type.String({ format: 'email' }),
    emailStatus: AddressStatusSchema,
    role: Role,
    invitedBy: Id('User'),
    createdAt: Timestamp('When it was emailed.'),
    expiresAt: Timestamp('Until when it can be accepted.'),
  },
  {
    id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b51',
    email: 'grace@example.com',
    emailStatus: 'deliverable',
    role: 'member',
    invitedBy: userId,
    createdAt: '2026-11-01T09:30:00.000Z',
    expiresAt: '2026-11-08T09:30:00.000Z',
  },
);
const receivedFields = {
  id: Id('Invitation'),
  email: Type.String({ format: 'email', description: 'The invited address.' }),
  role: Role,
  organization: Named('InvitingOrganization', { id: Id('Organization'), name: Type.String() }),
  inviter: Named('Inviter', { name: Nullable(Type.String()) }),
  createdAt: Timestamp('When it was first emailed.'),
  expiresAt: Timestamp('Until when it can be accepted.'),
};
const exampleReceived = {
  ...{ id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b51', email: 'grace@example.com', role: 'member' },
  organization: { id: exampleOrganizationId, name: exampleOrganization.name },
  inviter: { name: 'Ada Lovelace' },
  ...{ createdAt: '2026-11-01T09:30:00.000Z', expiresAt: '2026-11-08T09:30:00.000Z' },
};
export const ReceivedInvitation = Named('ReceivedInvitation', receivedFields, exampleReceived);
export const ProvenInvitation = Named(
  'ProvenInvitation',
  { ...receivedFields, hasAccount: Type.Boolean({ description: 'True if the address has a confirmed account.' }) },
  { ...exampleReceived, hasAccount: false },
);
export const Registered = Named(
  'RegisteredByInvitation',
  {
    userId: Id('User'),
    email: Type.String({ format: 'email' }),
    organizationId: Id('Organization'),
    role: Role,
  },
  { userId, email: 'grace@example.com', organizationId: exampleOrganizationId, role: 'member' },
);
export const AcceptedInvitation = Named(
  'AcceptedInvitation',
  { organizationId: Id('Organization'), role: Role },
  { organizationId: exampleOrganizationId, role: 'member' },
);

const exampleKey = {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b52',
  name: 'deploy',
  hint: 'plk_…x7Qa',
  scopes: ['members:read'],
  createdBy: userId,
  createdAt: '2026-11-01T09:30:00.000Z',
  expiresAt: null,
  lastUsedAt: null,
  lastUsedFrom: null,
  revokedAt: null,
};
const keyFields = {
  id: Id('API key'),
  name: Type.String(),
  hint: Type.String({ description: 'The part of the key by which people recognise it.' }),
  scopes: Type.Array(Type.String()),
  createdBy: Id('User'),
  createdAt: Timestamp('When it was created.'),
  expiresAt: Nullable(Timestamp('Until when it works; null: without end.')),
  lastUsedAt: Nullable(Timestamp('To the minute.')),
  lastUsedFrom: Nullable(Place),
  revokedAt: Nullable(Timestamp('When it was revoked; null while it is not.')),
};
export const ApiKey = Named('ApiKey', keyFields, exampleKey);
export const NewApiKey = Named(
  'NewApiKey',
  { ...keyFields, secret: Type.String({ description: 'The key itself; shown this once.' }) },
  { ...exampleKey, secret: 'plk_0Wd3…' },
);

/** How many of each the consequences name; the counts tell of all. */
export const MAX_CONSEQUENCES = 100;
export const MemberConsequences = Named(
  'MemberConsequences',
  {
    apiKeyCount: Type.Integer(),
    apiKeys: Type.Array(
      Named('AffectedApiKey', {
        id: Id('API key'),
        name: Type.String(),
        hint: keyFields.hint,
        outcome: OneOf(['revoked', 'changed'], { title: 'ApiKeyOutcome' }),
        scopesBefore: Type.Array(Type.String(), { description: 'The scopes now.' }),
        scopesAfter: Type.Array(Type.String(), { description: 'The scopes afterwards.' }),
        lastUsedAt: keyFields.lastUsedAt,
      }),
      { description: 'The first 100.' },
    ),
    invitationCount: Type.Integer(),
    invitations: Type.Array(
      Named('AffectedInvitation', { id: Id('Invitation'), email: Type.String({ format: 'email' }), role: Role }),
      { description: 'Those that are revoked; the first 100.' },
    ),
  },
  {
    apiKeyCount: 1,
    apiKeys: [
      {
        ...{ id: exampleKey.id, name: exampleKey.name, hint: exampleKey.hint, outcome: 'revoked' },
        ...{ scopesBefore: exampleKey.scopes, scopesAfter: [], lastUsedAt: null },
      },
    ],
    invitationCount: 0,
    invitations: [],
  },
);
