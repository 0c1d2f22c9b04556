/** Guards for routes of products: what the plan of the organization in the path must include. */
import type { FastifyRequest } from 'fastify';
import { accessOf } from '../organizations/organizations.ts';
import { type Feature, planNames, planOf } from './catalog.ts';
import type { Entitlements } from './entitlements.ts';
import { billingErrors } from './errors.ts';

/**
 * A `preHandler` for routes below `/v1/organizations/:organizationId`, after their `authorization.requires(…)`.
 * @returns a hook that throws `feature_not_included`, naming the plan that includes the feature. It costs no query while the entitlement is
 *   cached
 */
export function createFeatureGuard(entitlements: Entitlements) {
  return (feature: Feature) =>
    async (request: FastifyRequest): Promise<void> => {
      const known = entitlements.of(accessOf(request).organizationId);
      const { features } = known instanceof Promise ? await known : known;
      if (features[feature]) return;
      const plan = planNames.find((name) => planOf(name).features.includes(feature));
      throw billingErrors.feature_not_included({
        detail: `This needs ${feature}.`,
        extensions: { feature, ...(plan && { plan }) },
      });
    };
}
