import type { Operations } from '../../../platform/http/operations/operations.ts';
import type { Authorization } from '../../organizations/organizations.ts';
import type { Entitlements } from '../entitlement/entitlements.ts';
import type { Seats } from '../entitlement/seats.ts';
import type { Usage } from '../entitlement/usage.ts';
import { below, Entitlements as Shown } from './representations.ts';

export interface EntitlementRoutesOptions {
  authorization: Authorization;
  entitlements: Entitlements;
  usage: Usage;
  seats: Seats;
}

export function entitlementRoutes(operations: Operations, options: EntitlementRoutesOptions): void {
  const { authorization, entitlements, usage, seats } = options;
  below(operations).get('/entitlements', {
    guard: authorization.needs('organization:read'),
    operationId: 'getEntitlements',
    summary: 'Get what the organization may use',
    description: 'Features, limits and what is used of them, and why.',
    answer: Shown,
    async get({ access: { organizationId } }) {
      const [{ features, limits, because }, consumed, members] = await Promise.all([
        entitlements.of(organizationId),
        usage.consumed(organizationId),
        seats.count(organizationId),
      ]);
      return {
        features,
        limits,
        usage: { members, ...consumed },
        because: { ...because, until: because.until?.toISOString() ?? null },
      };
    },
  });
}
