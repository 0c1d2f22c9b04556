/** The rate limits of organizations. An invitation is email to anyone, with words that its sender chose; an export is as long as the trail. */
import { DAY_MS } from '../../platform/clock.ts';
import type { RateLimit, RateLimits } from '../../platform/security/rate-limits.ts';

export interface OrganizationLimits {
  /** Invitations to one address, from whichever organization. Key: address. */
  readonly invitationsTo: RateLimit;
  /** Invitations that one person sends, themself or by their keys. Key: user. */
  readonly invitationsBy: RateLimit;
  /** Invitations per day while the person who invites or the organization is new. Key: person, or organization. */
  readonly invitationsByNewcomers: RateLimit;
  /** Exports of an organization's audit trail, by whomever. Key: organization. */
  readonly trailExports: RateLimit;
}

const HOUR_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** An account or an organization that is younger is new. */
export const NEWCOMER_MS = 7 * DAY_MS;

export function createOrganizationLimits(rateLimits: RateLimits): OrganizationLimits {
  const make = (name: string, limit: number, windowSeconds = HOUR_SECONDS) =>
    rateLimits({ name, limit, windowSeconds });
  return {
    invitationsTo: make('invitation_address', 10),
    invitationsBy: make('invitation_sender', 200),
    invitationsByNewcomers: make('invitation_newcomer', 50, DAY_SECONDS),
    trailExports: make('trail_export', 20),
  };
}
