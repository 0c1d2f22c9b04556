/** The shapes that organization routes take and answer. */
import { Type } from 'typebox';
import { Id, Nullable, Timestamp } from '../../../platform/http/schemas.ts';
import { SLUG_PATTERN } from '../founding.ts';
import { permissions, roleNames } from '../roles.ts';

export const organizationId = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b50';
const userId = '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f';

export const OrganizationParams = Type.Object({ organizationId: Id('Organization') });
export const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\p{Cc}]*$' });
export const Slug = Type.String({
  minLength: 3,
  maxLength: 63,
  pattern: SLUG_PATTERN,
  description: 'Lower case letters, digits and dashes; unique.',
});
export const RoleName = Type.Enum([...roleNames], { description: 'What a member may do.' });
export const Scopes = Type.Array(Type.Enum([...permissions]), {
  maxItems: permissions.length,
  uniqueItems: true,
  description: 'Permissions; none that the caller lacks.',
});

export const exampleOrganization = {
  id: organizationId,
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
  personal: Type.Boolean({ description: 'Whether it is the one that each person gets.' }),
  createdAt: Timestamp('When it was founded.'),
  updatedAt: Timestamp('When its name or slug last changed.'),
};
export const Organization = Type.Object(organizationFields, { examples: [exampleOrganization] });
export const OwnOrganization = Type.Object({ ...organizationFields, role: RoleName });

export const exampleMember = {
  userId,
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  role: 'owner',
  joinedAt: '2026-11-01T09:30:00.000Z',
};
export const Member = Type.Object(
  {
    userId: Id('User'),
    name: Nullable(Type.String()),
    email: Type.String(),
    role: RoleName,
    joinedAt: Timestamp('When.'),
  },
  { examples: [exampleMember] },
);

export const exampleInvitation = {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b51',
  email: 'grace@example.com',
  role: 'member',
  invitedBy: userId,
  createdAt: '2026-11-01T09:30:00.000Z',
  expiresAt: '2026-11-08T09:30:00.000Z',
};
export const Invitation = Type.Object(
  {
    id: Id('Invitation'),
    email: Type.String(),
    role: RoleName,
    invitedBy: Id('User'),
    createdAt: Timestamp('When it was mailed.'),
    expiresAt: Timestamp('Until when it can be accepted.'),
  },
  { examples: [exampleInvitation] },
);

export const exampleKey = {
  id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b52',
  name: 'deploy',
  hint: 'plk_…x7Qa',
  scopes: ['members:read'],
  createdBy: userId,
  createdAt: '2026-11-01T09:30:00.000Z',
  expiresAt: null,
  lastUsedAt: null,
};
const keyFields = {
  id: Id('API key'),
  name: Type.String(),
  hint: Type.String({ description: 'What people recognise the key by.' }),
  scopes: Type.Array(Type.String()),
  createdBy: Id('User'),
  createdAt: Timestamp('When it was created.'),
  expiresAt: Nullable(Timestamp('Until when it works; null: without end.')),
  lastUsedAt: Nullable(Timestamp('To the minute.')),
};
export const ApiKey = Type.Object(keyFields, { examples: [exampleKey] });
export const NewApiKey = Type.Object(
  { ...keyFields, secret: Type.String({ description: 'The key itself; shown this once.' }) },
  { examples: [{ ...exampleKey, secret: 'plk_0Wd3…' }] },
);
