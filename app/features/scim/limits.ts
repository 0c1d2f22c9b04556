/** The rate limits of SCIM. Directories retry after 429. Invitations of addresses of others count as those of the API do. */
import type { RateLimit, RateLimits } from '../../platform/security/rate-limits.ts';

export interface ScimLimits {
  /** Changes by the directory of one organization. Key: organization. */
  readonly changes: RateLimit;
  /** Searches that no index answers. Key: organization. */
  readonly searches: RateLimit;
}

const MINUTE_SECONDS = 60;

export function createScimLimits(rateLimits: RateLimits): ScimLimits {
  return {
    changes: rateLimits({ name: 'scim_change', limit: 3_000, windowSeconds: MINUTE_SECONDS }),
    searches: rateLimits({ name: 'scim_search', limit: 600, windowSeconds: MINUTE_SECONDS }),
  };
}
