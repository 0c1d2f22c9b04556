/**
 * Every mail the service sends and the data each one takes. The texts are in `emails/`; `npm run emails:compile` checks
 * that they use exactly these fields. Every template also takes `name` (the reader's, or null) for the greeting.
 */
import {
  count,
  day,
  dayNotice,
  device,
  duration,
  interval,
  link,
  maskedAddress,
  moment,
  money,
  role,
  words,
  wordsOrUnknown,
} from './template-fields.ts';

const place = { at: moment, ipAddress: wordsOrUnknown, userAgent: device };

/**
 * `bulk`: a reminder nobody needs, which a reader may unsubscribe from (RFC 8058); the sender adds List-Unsubscribe.
 * `fields`: the data, by the name of its placeholder.
 */
export const templates = {
  'verify-email': { bulk: false, fields: { url: link, expiresInHours: duration('hour') } },
  'already-registered': { bulk: false, fields: { url: link } },
  'password-reset': { bulk: false, fields: { url: link, expiresInMinutes: duration('minute') } },
  'password-changed': { bulk: false, fields: { at: moment, url: link } },
  'email-change-confirm': { bulk: false, fields: { newEmail: words, url: link, expiresInHours: duration('hour') } },
  'email-changed': {
    bulk: false,
    fields: { newEmail: maskedAddress, at: moment, url: link, expiresInDays: duration('day') },
  },
  'new-device-sign-in': { bulk: false, fields: { ...place, url: link } },
  'refresh-token-reuse': { bulk: false, fields: { ...place, url: link } },
  'account-deletion-scheduled': { bulk: false, fields: { deletesAt: day, url: link } },
  'account-restored': { bulk: false, fields: { url: link } },
  invitation: {
    bulk: false,
    fields: { inviter: words, organization: words, role, url: link, expiresInDays: duration('day') },
  },
  'role-changed': { bulk: false, fields: { organization: words, previousRole: role, role, url: link } },
  'trial-ending': {
    bulk: true,
    fields: { organization: words, plan: words, endsAt: day, price: money, interval, url: link, unsubscribeUrl: link },
  },
  'payment-failed': {
    bulk: false,
    fields: {
      organization: words,
      amount: money,
      nextAttemptAt: dayNotice('nextAttempt', 'noNextAttempt'),
      url: link,
    },
  },
  'payment-action-required': { bulk: false, fields: { organization: words, amount: money, url: link } },
  receipt: {
    bulk: false,
    fields: {
      organization: words,
      amount: money,
      paidAt: day,
      invoiceNumber: words,
      description: words,
      url: link,
    },
  },
  'subscription-cancelled': { bulk: false, fields: { organization: words, plan: words, endsAt: day, url: link } },
  'usage-limit-near': {
    bulk: true,
    fields: {
      organization: words,
      meter: words,
      used: count,
      limit: count,
      resetsAt: dayNotice('resets', 'doesNotReset'),
      url: link,
      unsubscribeUrl: link,
    },
  },
} as const;

export type TemplateName = keyof typeof templates;

type Fields<T extends TemplateName> = (typeof templates)[T]['fields'];

/** The data of each template, as callers give it: raw values, formatted for the reader's locale only when rendered. */
export type TemplateData = {
  [T in TemplateName]: { name: string | null } & {
    [F in keyof Fields<T>]: Fields<T>[F] extends (value: infer V, ...rest: never[]) => string ? V : never;
  };
};

/** What a template's text may refer to: its fields, and the greeting made of `name`. */
export type Placeholder<T extends TemplateName> = (keyof Fields<T> & string) | 'greeting';

export const templateNames = Object.keys(templates) as TemplateName[];
