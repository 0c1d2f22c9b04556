import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { NoFields, OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Authorization } from '../authorization.ts';
import type { Directory } from '../directory.ts';
import type { Dissolution } from '../dissolution.ts';
import { organizationErrors } from '../errors.ts';
import type { Founding, Organization as Row } from '../founding.ts';
import {
  Name,
  ORGANIZATION_PATH,
  Organization,
  OwnOrganization,
  organizationParams,
  Slug,
  tags,
} from './representations.ts';

export interface OrganizationRoutesOptions {
  authentication: Accounts['authentication'];
  authorization: Authorization;
  founding: Founding;
  directory: Directory;
  dissolution: Dissolution;
}

export function organizationRoutes(operations: Operations, options: OrganizationRoutesOptions): void {
  const one = operations.at(ORGANIZATION_PATH, { tag: tags.organizations, params: organizationParams });
  ownOrganizations(operations.at('/v1/organizations', { tag: tags.organizations }), options);
  oneOrganization(one, options);
  endOfOrganization(one, options);
}

type One = OperationGroup<typeof organizationParams>;

function ownOrganizations(all: OperationGroup<NoFields>, options: OrganizationRoutesOptions): void {
  const { authentication, founding, directory } = options;
  const { signedIn } = authentication;

  all.create('', {
    guard: signedIn,
    operationId: 'createOrganization',
    summary: 'Create an organization',
    description: 'The caller becomes its owner.',
    body: { name: Name, slug: Type.Optional(Slug) },
    example: { name: 'Analytical Engines', slug: 'analytical-engines' },
    answer: Organization,
    errors: [organizationErrors.slug_taken],
    create: async (tx, { access, body, origin }) => present(await founding.found(tx, access, body, origin)),
  });

  all.list('', {
    guard: signedIn,
    operationId: 'listOrganizations',
    summary: 'List your organizations',
    item: OwnOrganization,
    rows: ({ access }, limit, after) => directory.listOf(access.userId, limit, after?.[0]),
    keyOf: ({ organization }) => [organization.id],
    present: ({ organization, role }) => ({ ...present(organization), role }),
  });
}

function oneOrganization(one: One, { authorization, directory }: OrganizationRoutesOptions): void {
  const { needs } = authorization;

  one.get('', {
    guard: needs('organization:read'),
    operationId: 'getOrganization',
    summary: 'Get an organization',
    answer: Organization,
    get: async ({ access }) => present(await directory.get(access.organizationId)),
  });

  one.change('', {
    guard: needs('organization:update'),
    operationId: 'updateOrganization',
    summary: 'Rename an organization',
    body: { name: Type.Optional(Name), slug: Type.Optional(Slug) },
    example: { name: 'Difference Engines' },
    answer: Organization,
    errors: [organizationErrors.slug_taken],
    change: async ({ access, body }) => present(await directory.update(access, body)),
  });
}

function endOfOrganization(one: One, options: OrganizationRoutesOptions): void {
  const { authentication, authorization, dissolution } = options;

  one.remove('', {
    guard: authorization.needs('organization:delete'),
    operationId: 'deleteOrganization',
    whileActing: 'never',
    summary: 'Delete an organization',
    description: 'Closes it at once; it is purged after 14 days. An owner can restore it until then.',
    removed: 'The organization is closed to its members and keys.',
    errors: [organizationErrors.personal_organization],
    remove: ({ access }) => dissolution.request(access),
  });

  one.operation('POST', '/restore', {
    guard: authentication.signedIn,
    operationId: 'restoreOrganization',
    whileActing: 'never',
    summary: 'Undo the deletion of an organization',
    description: 'By an owner; to all others it does not exist.',
    answers: { 200: Organization },
    errors: [httpErrors.not_found],
    handle: async ({ access, params, origin }) =>
      present(await dissolution.restore(access, params.organizationId, origin)),
  });
}

function present({ id, name, slug, personal, createdAt, updatedAt }: Row) {
  return { id, name, slug, personal, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
