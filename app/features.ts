/**
 * Every feature: a line for each of the foundation, and those of the product. Each says itself what it needs, so the order of the lines means
 * nothing.
 */
export { accounts } from './features/accounts/accounts.ts';
export { audit } from './features/audit/audit.ts';
export { billing } from './features/billing/billing.ts';
export { companies } from './features/companies/companies.ts';
export { email } from './features/email/email.ts';
export { events } from './features/events/events.ts';
export { operator } from './features/operator/operator.ts';
export { organizations } from './features/organizations/organizations.ts';
export { scim } from './features/scim/scim.ts';
export { services } from './features/services/services.ts';
export { webhooks } from './features/webhooks/webhooks.ts';
export * from './product/features.ts';
