/** One plausible set of data for each template: for tests, previews and the development server. Never sent to anyone. */
import type { TemplateData } from './template-catalog.ts';

const name = 'Ada Lovelace';
const app = 'https://app.example.com';
const organization = 'Analytical Engines';
const device = {
  at: '2026-11-22T09:41:00Z',
  ipAddress: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
};
const token = 'dGhpcyBpcyBub3QgYSByZWFsIHRva2Vu';

export const sampleData: TemplateData = {
  'verify-email': { name, url: `${app}/verify-email?token=${token}`, expiresInHours: 24 },
  'already-registered': { name, url: `${app}/sign-in` },
  'password-reset': { name, url: `${app}/reset-password?token=${token}`, expiresInMinutes: 30 },
  'password-changed': { name, at: device.at, url: `${app}/forgot-password` },
  'email-change-confirm': {
    name,
    newEmail: 'ada@engines.example',
    url: `${app}/confirm-email-change?token=${token}`,
    expiresInHours: 24,
  },
  'email-changed': {
    name,
    newEmail: 'ada@engines.example',
    at: device.at,
    url: `${app}/revert-email-change?token=${token}`,
    expiresInDays: 7,
  },
  'new-device-sign-in': { name, ...device, url: `${app}/settings/security` },
  'refresh-token-reuse': { name, ...device, url: `${app}/sign-in` },
  'account-deletion-scheduled': { name, deletesAt: '2026-12-06T09:41:00Z', url: `${app}/restore?token=${token}` },
  'account-restored': { name, url: `${app}/sign-in` },
  invitation: {
    name: null,
    inviter: name,
    organization,
    role: 'admin',
    url: `${app}/invitation?token=${token}`,
    expiresInDays: 7,
  },
  'role-changed': { name, organization, previousRole: 'member', role: 'billing', url: `${app}/organization` },
  'trial-ending': {
    name,
    organization,
    plan: 'Team',
    endsAt: '2026-11-29T00:00:00Z',
    price: { amount: 1900, currency: 'usd' },
    interval: 'month',
    url: `${app}/billing`,
    unsubscribeUrl: `${app}/unsubscribe?token=${token}`,
  },
  'payment-failed': {
    name,
    organization,
    amount: { amount: 1900, currency: 'usd' },
    nextAttemptAt: '2026-11-25T09:00:00Z',
    url: `${app}/billing`,
  },
  'payment-action-required': {
    name,
    organization,
    amount: { amount: 1900, currency: 'usd' },
    url: `${app}/billing/confirm`,
  },
  receipt: {
    name,
    organization,
    amount: { amount: 1900, currency: 'usd' },
    paidAt: '2026-11-22T09:41:00Z',
    invoiceNumber: 'PL-0042',
    description: 'Team, 22 November to 21 December 2026',
    url: `${app}/billing/invoices/PL-0042`,
  },
  'subscription-cancelled': {
    name,
    organization,
    plan: 'Team',
    endsAt: '2026-12-21T00:00:00Z',
    url: `${app}/billing`,
  },
  'usage-limit-near': {
    name,
    organization,
    meter: 'API calls',
    used: 81_200,
    limit: 100_000,
    resetsAt: '2026-12-01T00:00:00Z',
    url: `${app}/billing`,
    unsubscribeUrl: `${app}/unsubscribe?token=${token}`,
  },
};
