import type { RequestOrigin } from '../../platform/http/caller.ts';
import { defineQueue } from '../../platform/jobs/queues.ts';

/** Addresses travel sealed: the job tables hold no personal data in the clear. */
export interface SealedAddress {
  /** base64url */
  sealedAddress: string;
  origin: RequestOrigin;
}

export const failedSignIns = defineQueue<{ userId: string | null; occurredAt: string; origin: RequestOrigin }>(
  'accounts.record-failed-sign-in',
  { concurrency: 10 },
);
export const passwordResets = defineQueue<SealedAddress>('accounts.request-password-reset');
export const verificationResends = defineQueue<SealedAddress>('accounts.resend-verification');
export const emailLinkRequests = defineQueue<SealedAddress & { /** base64url */ browserHash: string }>(
  'accounts.request-email-link',
);
export const takenAddresses = defineQueue<SealedAddress>('accounts.tell-address-owner');
export const purge = defineQueue<Record<string, never>>('accounts.purge', { concurrency: 1, expireSeconds: 1_800 });
