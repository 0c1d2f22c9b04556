/** A guard for operations that need a feature of the organization's plan. */
import type { CallerGuard } from '../../../platform/http/operations/guard.ts';
import type { OrganizationAccess } from '../../organizations/organizations.ts';
import { type Feature, planNames, planOf } from '../catalog/catalog.ts';
import { billingErrors } from '../errors.ts';
import type { Entitlements } from './entitlements.ts';

/**
 * @returns a function that adds to a guard of an organization's operations the need for a feature. Without it, the guard throws
 *   `feature_not_included`, naming the plan that includes it. It costs no query while the entitlement is cached
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
