/** The emails about an account. Their texts are in `emails/`. */
import {
  button,
  day,
  defineEmails,
  details,
  device,
  duration,
  link,
  maskedAddress,
  moment,
  notes,
  paragraph,
  words,
  wordsOrUnknown,
} from '../email/email.ts';

const place = { at: moment, ipAddress: wordsOrUnknown, userAgent: device };
const placeRows = details({ time: 'at', device: 'userAgent', ipAddress: 'ipAddress' });

/** What happened, from where, and what to do if it was somebody else. */
const securityParts = [paragraph('intro'), placeRows, paragraph('notYou'), button('button')];

const name = 'Ada Lovelace';
const app = 'https://app.example.com';
const token = 'dGhpcyBpcyBub3QgYSByZWFsIHRva2Vu';
const at = '2026-11-22T09:41:00Z';
const placeSample = {
  at,
  ipAddress: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
};

export const accountEmails = defineEmails({
  'verify-email': {
    fields: { url: link, expiresInHours: duration('hour') },
    parts: [paragraph('intro'), button('button'), notes('expiry', 'notYou')],
    sample: { name, url: `${app}/verify-email?token=${token}`, expiresInHours: 24 },
  },
  'already-registered': {
    fields: { url: link },
    parts: [paragraph('intro'), paragraph('help'), button('button'), notes('notYou')],
    sample: { name, url: `${app}/sign-in` },
  },
  'password-reset': {
    fields: { url: link, expiresInMinutes: duration('minute') },
    parts: [paragraph('intro'), button('button'), notes('expiry', 'notYou')],
    sample: { name, url: `${app}/reset-password?token=${token}`, expiresInMinutes: 30 },
  },
  'sign-in-link': {
    fields: { url: link, code: words, expiresInMinutes: duration('minute') },
    parts: [paragraph('intro'), button('button'), details({ code: 'code' }), notes('expiry', 'notYou')],
    sample: { name, url: `${app}/sign-in/email-link?token=${token}`, code: '287082', expiresInMinutes: 10 },
  },
  'password-changed': {
    fields: { at: moment, url: link },
    parts: [paragraph('intro'), paragraph('wasYou'), paragraph('notYou'), button('button')],
    sample: { name, at, url: `${app}/forgot-password` },
  },
  'email-change-confirm': {
    fields: { newEmail: words, url: link, expiresInHours: duration('hour') },
    parts: [paragraph('intro'), button('button'), notes('expiry', 'notYou')],
    sample: {
      name,
      newEmail: 'ada@engines.example',
      url: `${app}/confirm-email-change?token=${token}`,
      expiresInHours: 24,
    },
  },
  'email-changed': {
    fields: { newEmail: maskedAddress, at: moment, url: link, expiresInDays: duration('day') },
    parts: [paragraph('intro'), paragraph('wasYou'), paragraph('notYou'), button('button'), notes('expiry')],
    sample: {
      name,
      newEmail: 'ada@engines.example',
      at,
      url: `${app}/revert-email-change?token=${token}`,
      expiresInDays: 7,
    },
  },
  'new-device-sign-in': {
    fields: { ...place, url: link },
    parts: [paragraph('intro'), placeRows, paragraph('wasYou'), paragraph('notYou'), button('button')],
    sample: { name, ...placeSample, url: `${app}/settings/security` },
  },
  'session-moved': {
    fields: { ...place, url: link },
    parts: [paragraph('intro'), placeRows, paragraph('wasYou'), paragraph('notYou'), button('button')],
    sample: { name, ...placeSample, url: `${app}/forgot-password` },
  },
  'refresh-token-reuse': {
    fields: { ...place, url: link },
    parts: [
      paragraph('intro'),
      paragraph('lastUse'),
      placeRows,
      paragraph('wasYou'),
      paragraph('notYou'),
      button('button'),
    ],
    sample: { name, ...placeSample, url: `${app}/sign-in` },
  },
  'totp-added': {
    fields: { ...place, url: link },
    parts: securityParts,
    sample: { name, ...placeSample, url: `${app}/forgot-password` },
  },
  'totp-removed': {
    fields: { ...place, url: link },
    parts: securityParts,
    sample: { name, ...placeSample, url: `${app}/forgot-password` },
  },
  'passkey-added': {
    fields: { passkey: words, ...place, url: link },
    parts: securityParts,
    sample: { name, passkey: 'Laptop', ...placeSample, url: `${app}/forgot-password` },
  },
  'passkey-removed': {
    fields: { passkey: words, ...place, url: link },
    parts: securityParts,
    sample: { name, passkey: 'Laptop', ...placeSample, url: `${app}/forgot-password` },
  },
  'passkey-refused': {
    fields: { passkey: words, ...place, url: link },
    parts: securityParts,
    sample: { name, passkey: 'Laptop', ...placeSample, url: `${app}/forgot-password` },
  },
  'recovery-codes-renewed': {
    fields: { ...place, url: link },
    parts: securityParts,
    sample: { name, ...placeSample, url: `${app}/forgot-password` },
  },
  'recovery-code-used': {
    fields: { ...place, url: link },
    parts: securityParts,
    sample: { name, ...placeSample, url: `${app}/forgot-password` },
  },
  'second-factor-refused': {
    fields: { ...place, url: link },
    parts: securityParts,
    sample: { name, ...placeSample, url: `${app}/forgot-password` },
  },
  'factors-reset': {
    fields: { url: link },
    parts: [paragraph('intro'), paragraph('notYou'), button('button')],
    sample: { name, url: `${app}/forgot-password` },
  },
  'identity-linked': {
    fields: { provider: words, at: moment, url: link },
    parts: [paragraph('intro'), paragraph('wasYou'), paragraph('notYou'), button('button')],
    sample: { name, provider: 'Google', at, url: `${app}/forgot-password` },
  },
  'identity-unlinked': {
    fields: { provider: words, at: moment, url: link },
    parts: [paragraph('intro'), paragraph('wasYou'), paragraph('notYou'), button('button')],
    sample: { name, provider: 'Google', at, url: `${app}/forgot-password` },
  },
  'account-deletion-scheduled': {
    fields: { deletesAt: day, url: link },
    parts: [paragraph('intro'), paragraph('undo'), button('button'), notes('expiry', 'notYou')],
    sample: { name, deletesAt: '2026-12-06T09:41:00Z', url: `${app}/restore-account?token=${token}` },
  },
  'account-closed': {
    fields: { deletesAt: day, url: link },
    parts: [paragraph('intro'), paragraph('undo'), button('button'), notes('expiry', 'notYou')],
    sample: { name, deletesAt: '2026-12-06T09:41:00Z', url: `${app}/restore-account?token=${token}` },
  },
  'account-deletion-due': {
    fields: { url: link },
    parts: [paragraph('intro'), paragraph('again'), button('button'), notes('notYou')],
    sample: { name, url: `${app}/register` },
  },
  'account-suspended': {
    fields: { contact: words },
    parts: [paragraph('intro'), paragraph('help'), notes('notYou')],
    sample: { name, contact: 'support@example.com' },
  },
  'account-restored': {
    fields: { url: link },
    parts: [paragraph('intro'), button('button'), notes('notYou')],
    sample: { name, url: `${app}/sign-in` },
  },
});
type Own = typeof accountEmails.emails;

declare module '../email/declaration.ts' {
  interface DeclaredEmails extends Own {}
}
