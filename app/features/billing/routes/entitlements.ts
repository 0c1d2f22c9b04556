import type { Operations } from '../../../platform/http/operations/operations.ts';
import type { Authorization } from '../../organizations/organizations.ts';
import type { Entitlements } from '../entitlement/entitlements.ts';
import type { Room } from '../entitlement/room.ts';
import type { Usage } from '../entitlement/usage.ts';
import { below, Entitlements as Shown } from './representations.ts';

export interface EntitlementRoutesOptions {
  authorization: Authorization;
  entitlements: Entitlements;
  usage: Usage;
  room: Room;
}

export function entitlementRoutes(operations: Operations, options: EntitlementRoutesOptions): void {
  const { authorization, entitlements, usage, room } = options;
  below(operations).get('/entitlements', {
    guard: authorization.needs('organization:read'),
    operationId: 'getEntitlements',
    summary: 'Get what the organization may use',
    description: 'Features, limits and what is used of them, and why.',
    answer: Shown,
    async get({ access: { organizationId } }) {
      const [{ features, limits, because }, consumed, counted] = await Promise.all([
        entitlements.of(organizationId),
        usage.consumed(organizationId),
        room.counted(organizationId),
      ]);
      return {
        features,
        limits,
        usage: { ...consumed, ...counted },
        because: { ...because, until: because.until?.toISOString() ?? null },
      };
    },
  });
}
