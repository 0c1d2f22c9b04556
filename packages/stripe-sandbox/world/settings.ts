/** Settings that an account's owner makes in Stripe's Dashboard. Here they are given at the start, and changed through the control API. */
export interface AccountSettings {
  /** The days from each failed attempt to the next. */
  retryDays: number[];
  /** The subscription's status after the last attempt has failed. */
  afterLastRetry: 'cancel' | 'mark_unpaid' | 'leave_past_due';
  /** The seconds that a renewal's invoice stays a draft. */
  draftSeconds: number;
  /** The number of days before a renewal at which `invoice.upcoming` is sent. */
  upcomingDays: number;
  /** The seconds from each failed delivery of an event to the next attempt. */
  redeliverySeconds: number[];
  country: string;
  accountName: string;
}

/** Stripe's own defaults where it documents one: retries 3, 5 and 7 days apart, one hour as a draft, 7 days' notice. */
export const DEFAULT_SETTINGS: AccountSettings = {
  retryDays: [3, 5, 7],
  afterLastRetry: 'cancel',
  draftSeconds: 3600,
  upcomingDays: 7,
  redeliverySeconds: [10, 60, 600, 3600, 6 * 3600, 24 * 3600, 48 * 3600],
  country: 'US',
  accountName: 'Stripe sandbox',
};
