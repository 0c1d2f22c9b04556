/** What is limited, and how much: an invitation is mail to anyone, with words that its sender chose; an export is as long as the trail. */
import type { RateLimit, RateLimits } from '../../platform/security/rate-limits.ts';

export interface OrganizationLimits {
  /** Invitations to one address, from whichever organization. Key: address. */
  readonly invitationsTo: RateLimit;
  /** Invitations that one person sends, themself or by their keys. Key: user. */
  readonly invitationsBy: RateLimit;
  /** Exports of an organization's audit trail, by whomever. Key: organization. */
  readonly trailExports: RateLimit;
}

const HOUR_SECONDS = 60 * 60;

export function createOrganizationLimits(rateLimits: RateLimits): OrganizationLimits {
  const make = (name: string, limit: number) => rateLimits({ name, limit, windowSeconds: HOUR_SECONDS });
  return {
    invitationsTo: make('invitation_address', 10),
    invitationsBy: make('invitation_sender', 200),
    trailExports: make('trail_export', 20),
  };
}
