/** What an account's owner sets in Stripe's Dashboard: here given at the start, and changed through the control API. */
export interface AccountSettings {
  /** Days from one failed attempt to the next. */
  retryDays: number[];
  /** What becomes of the subscription when the last attempt has failed. */
  afterLastRetry: 'cancel' | 'mark_unpaid' | 'leave_past_due';
  /** How long the invoice of a renewal stays a draft. */
  draftSeconds: number;
  /** How long before a renewal `invoice.upcoming` is sent. */
  upcomingDays: number;
  /** Seconds from one failed delivery of an event to the next attempt. */
  redeliverySeconds: number[];
  country: string;
  accountName: string;
}

/** Stripe's own defaults where it documents one: retries 3, 5 and 7 days apart, an hour as a draft, 7 days' notice. */
export const DEFAULT_SETTINGS: AccountSettings = {
  retryDays: [3, 5, 7],
  afterLastRetry: 'cancel',
  draftSeconds: 3600,
  upcomingDays: 7,
  redeliverySeconds: [10, 60, 600, 3600, 6 * 3600, 24 * 3600, 48 * 3600],
  country: 'US',
  accountName: 'Stripe sandbox',
};
