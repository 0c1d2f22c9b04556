/** The operations of owners: tokens of directories, and the roles that groups give. */
import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { Id, LINE_PATTERN, Named, Nullable, OneOf, Place, Timestamp } from '../../../platform/http/schemas.ts';
import { accountErrors } from '../../accounts/accounts.ts';
import {
  ORGANIZATION_PATH,
  type Organizations,
  organizationErrors,
  organizationParams,
  type Role,
  roleNames,
} from '../../organizations/organizations.ts';
import { scimErrors } from '../errors.ts';
import type { ScimGroups } from '../groups.ts';
import type { ScimGroup, ScimToken as TokenRow } from '../schema.ts';
import type { ScimTokens } from '../tokens.ts';

export interface ManagementRoutesOptions {
  authorization: Organizations['authorization'];
  tokens: ScimTokens;
  groups: ScimGroups;
}

const tag = {
  name: 'SCIM',
  description:
    'The directory of a company (Okta, Entra ID) that manages members. The protocol itself is at `/scim/v2`: see the guide "SCIM".',
};

const exampleToken = {
  ...{ id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b61', name: 'Okta', hint: 'pld_…x7Qa' },
  createdBy: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b2f',
  ...{ createdAt: '2026-11-01T09:30:00.000Z', lastUsedAt: null, lastUsedFrom: null },
};
const tokenFields = {
  id: Id('SCIM token'),
  name: Type.String(),
  hint: Type.String({ description: 'The part of the token by which people recognise it.' }),
  createdBy: Id('User'),
  createdAt: Timestamp('When it was created.'),
  lastUsedAt: Nullable(Timestamp('To the minute.')),
  lastUsedFrom: Nullable(Place),
};
const Token = Named('ScimToken', tokenFields, exampleToken);
const NewToken = Named(
  'NewScimToken',
  { ...tokenFields, secret: Type.String({ description: 'The token itself; shown this once.' }) },
  { ...exampleToken, secret: 'pld_0Wd3…' },
);

/** Owners make owners, and no directory does. */
const givenRoles = (): readonly Role[] => roleNames.filter((role) => role !== 'owner');
const GroupRole = Type.Unsafe<Role | null>(
  Nullable(
    Type.String({
      maxLength: 63,
      description: 'A role other than owner; null for none. An empty string does the same as null.',
    }),
  ),
);
const exampleGroup = {
  ...{ id: '01989d5e-7a0b-7cc1-8f0e-0c5a3e9d1b62', displayName: 'Engineering leads', externalId: null },
  ...{ role: 'admin', memberCount: 4 },
};
const Group = Named(
  'ScimGroup',
  {
    id: Id('Group'),
    displayName: Type.String(),
    externalId: Nullable(Type.String({ description: 'The id of the directory.' })),
    role: Nullable(
      OneOf(roleNames, { title: 'Role', description: 'The role of a member, which decides what they may do.' }),
    ),
    memberCount: Type.Integer(),
  },
  exampleGroup,
);

export function managementRoutes(
  operations: Operations,
  { authorization, tokens, groups }: ManagementRoutesOptions,
): void {
  const guards = { reading: authorization.needs('scim:read'), managing: authorization.needs('scim:manage') };
  tokenOperations(operations, { ...guards, tokens });
  groupOperations(operations, { ...guards, groups });
}

function tokenOperations(
  operations: Operations,
  { reading, managing, tokens }: { reading: Guard; managing: Guard } & Pick<ManagementRoutesOptions, 'tokens'>,
): void {
  const below = operations.at(`${ORGANIZATION_PATH}/scim-tokens`, { tag, params: organizationParams });

  below.create('', {
    guard: managing,
    operationId: 'createScimToken',
    whileActing: 'never',
    summary: 'Create a SCIM token',
    description:
      'For the directory of the company. It is shown this once. An organization has two at most: to replace one, create another, set it up at the directory, and delete the first.',
    body: { name: Type.String({ minLength: 1, maxLength: 100, pattern: LINE_PATTERN }) },
    example: { name: 'Okta' },
    answer: NewToken,
    errors: [scimErrors.too_many_scim_tokens, accountErrors.recent_sign_in_required],
    async create(tx, { access, body }) {
      const { token, secret } = await tokens.create(tx, access, body.name);
      return { ...presentToken(token), secret };
    },
  });

  below.list('', {
    guard: reading,
    operationId: 'listScimTokens',
    summary: 'List SCIM tokens',
    description: 'The newest first, without their secrets.',
    item: Token,
    rows: ({ access }, limit, before) => tokens.list(access.organizationId, limit, before?.[0]),
    keyOf: ({ id }) => [id],
    present: presentToken,
  });

  below.remove('/:scimTokenId', {
    guard: managing,
    operationId: 'deleteScimToken',
    whileActing: 'never',
    summary: 'Delete a SCIM token',
    params: { scimTokenId: Id('SCIM token') },
    removed: 'The token is refused from the next request on. People stay as they are.',
    errors: [accountErrors.recent_sign_in_required],
    remove: ({ access, params }) => tokens.remove(access, params.scimTokenId),
  });
}

type Guard = ReturnType<Organizations['authorization']['needs']>;

function groupOperations(
  operations: Operations,
  { reading, managing, groups }: { reading: Guard; managing: Guard; groups: ScimGroups },
): void {
  const below = operations.at(`${ORGANIZATION_PATH}/scim-groups`, { tag, params: organizationParams });

  below.list('', {
    guard: reading,
    operationId: 'listScimGroups',
    summary: 'List the groups of the directory',
    description: 'With the role that each gives to its members.',
    item: Group,
    rows: ({ access }, limit, after) => groups.listRoles(access.organizationId, limit, after?.[0]),
    keyOf: ({ id }) => [id],
    present: presentGroup,
  });

  below.change('/:scimGroupId', {
    guard: managing,
    operationId: 'updateScimGroup',
    summary: 'Choose the role that a group gives',
    description:
      'Members of the group have the role from now on. Whoever is in several groups has the highest role, and without any is a member. Owners stay owners.',
    params: { scimGroupId: Id('Group') },
    body: { role: GroupRole },
    example: { role: 'admin' },
    answer: Group,
    errors: [accountErrors.recent_sign_in_required, organizationErrors.last_owner],
    async change({ access, params, body }) {
      const role = body.role || null;
      if (role !== null && !givenRoles().includes(role)) {
        const errors = [{ in: 'body', path: '/role', message: `must be null or one of: ${givenRoles().join(', ')}` }];
        throw httpErrors.validation_failed({
          detail: 'In the body: /role is no role that a group gives.',
          extensions: { errors },
        });
      }
      return presentGroup(await groups.giveRole(access, params.scimGroupId, role));
    },
  });
}

function presentToken({ id, name, hint, createdBy, createdAt, lastUsedAt, ...last }: TokenRow) {
  return {
    ...{ id, name, hint, createdBy, createdAt: createdAt.toISOString() },
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    lastUsedFrom: lastUsedAt && { ipAddress: last.lastIpAddress, userAgent: last.lastUserAgent },
  };
}

const presentGroup = ({ id, displayName, externalId, role, memberCount }: ScimGroup & { memberCount: number }) => ({
  ...{ id, displayName, externalId, role, memberCount },
});
