/** What operators see of an organization. */
import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { Id, Named, Nullable, Timestamp } from '../../../platform/http/schemas.ts';
import type { RateLimit } from '../../../platform/security/rate-limits.ts';
import { type Audit, trailRoutes } from '../../audit/audit.ts';
import { type Events, eventRoutes } from '../../events/events.ts';
import { OPERATOR_PATH, type Operator, type OperatorAccess, operatorTag } from '../../operator/operator.ts';
import type { OrganizationsForOperators } from '../operating.ts';
import { exampleOrganizationId, Member, organizationParams } from './representations.ts';

export interface OperatingRoutesOptions {
  operator: Pick<Operator, 'guard' | 'looks'>;
  organizations: OrganizationsForOperators;
  audit: Pick<Audit, 'reading'>;
  events: Pick<Events, 'list'>;
  exports: RateLimit;
}

const PATH = `${OPERATOR_PATH}/organizations/:organizationId`;

const OperatorOrganization = Named(
  'OperatorOrganization',
  {
    id: Id('Organization'),
    name: Type.String(),
    slug: Type.String(),
    personal: Type.Boolean(),
    createdAt: Timestamp('When it was founded.'),
    purgeAt: Nullable(Timestamp('When the deleted organization is purged.')),
    members: Type.Integer(),
    apiKeys: Type.Integer({ description: 'Those that are not revoked.' }),
    openInvitations: Type.Integer(),
  },
  {
    id: exampleOrganizationId,
    name: 'Analytical Engines',
    slug: 'analytical-engines',
    personal: false,
    createdAt: '2026-11-01T09:30:00.000Z',
    purgeAt: null,
    members: 3,
    apiKeys: 1,
    openInvitations: 0,
  },
);

export function operatingRoutes(operations: Operations, options: OperatingRoutesOptions): void {
  const { operator, organizations, audit, exports } = options;
  const { guard, looks } = operator;
  const one = operations.at(PATH, { tag: operatorTag, params: organizationParams });
  const look = async (access: OperatorAccess, organizationId: string, what: string) => {
    const organization = await organizations.require(organizationId);
    await looks.at(access, organizationId, what);
    return organization;
  };

  one.get('', {
    guard,
    operationId: 'getOperatorOrganization',
    summary: 'Look at an organization',
    answer: OperatorOrganization,
    errors: [httpErrors.not_found],
    async get({ access, params: { organizationId } }) {
      const { id, name, slug, personal, createdAt, purgeAt } = await look(access, organizationId, 'organization');
      const counts = await organizations.counts(organizationId);
      const shown = { id, name, slug, personal, ...counts };
      return { ...shown, createdAt: createdAt.toISOString(), purgeAt: purgeAt?.toISOString() ?? null };
    },
  });

  one.list('/members', {
    guard,
    operationId: 'listOperatorMembers',
    summary: 'Look at the members of an organization',
    item: Member,
    errors: [httpErrors.not_found],
    async rows({ access, params: { organizationId } }, limit, after) {
      await look(access, organizationId, 'members');
      return organizations.members(organizationId, limit, after?.[0]);
    },
    keyOf: ({ userId }) => [userId],
    present: ({ createdAt, ...member }) => ({ ...member, joinedAt: createdAt.toISOString() }),
  });

  trailRoutes(operations, audit.reading, {
    ...{ name: 'OperatorOrganization', path: PATH, params: organizationParams, tag: operatorTag, exports },
    guard: lookingAtOrganization(options, 'audit'),
  });

  eventRoutes(operations, options.events.list, {
    ...{ path: PATH, params: organizationParams, tag: operatorTag, operationId: 'listOperatorEvents' },
    guard: lookingAtOrganization(options, 'events'),
  });
}

/** A guard that names the organization of the path as the owner, and records the look. */
export function lookingAtOrganization(
  { operator, organizations }: Pick<OperatingRoutesOptions, 'operator' | 'organizations'>,
  what: string,
) {
  const { guard, looks } = operator;
  return {
    ...guard,
    errors: [...guard.errors, httpErrors.not_found],
    ownerId: ({ ownerId }: OperatorAccess & { ownerId: string }) => ownerId,
    async enter(request: Parameters<typeof guard.enter>[0]) {
      const access = await guard.enter(request);
      const { organizationId: ownerId = '' } = request.params as { organizationId?: string };
      await organizations.require(ownerId);
      await looks.at(access, ownerId, what);
      return { ...access, ownerId };
    },
  };
}
