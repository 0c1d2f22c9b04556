/** A guard of operations of products: what the plan of the organization must include. */
import type { CallerGuard } from '../../../platform/http/operations/guard.ts';
import type { OrganizationAccess } from '../../organizations/organizations.ts';
import { type Feature, planNames, planOf } from '../catalog/catalog.ts';
import { billingErrors } from '../errors.ts';
import type { Entitlements } from './entitlements.ts';

/**
 * @returns what adds to a guard of an organization's operations that the plan includes a feature. Otherwise it throws
 *   `feature_not_included`, naming the plan that does. It costs no query while the entitlement is cached
 */
export function createFeatureGuard(entitlements: Entitlements) {
  return (guard: CallerGuard<OrganizationAccess>, feature: Feature): CallerGuard<OrganizationAccess> => ({
    ...guard,
    errors: [...guard.errors, billingErrors.feature_not_included],
    async enter(request) {
      const access = await guard.enter(request);
      const known = entitlements.of(access.organizationId);
      const { features } = known instanceof Promise ? await known : known;
      if (features[feature]) return access;
      const plan = planNames.find((name) => planOf(name).features.includes(feature));
      throw billingErrors.feature_not_included({
        detail: `This needs ${feature}.`,
        extensions: { feature, ...(plan && { plan }) },
      });
    },
  });
}
