import { defineAuditActions } from '../audit/audit.ts';

const actions = defineAuditActions(
  'customer.adopted',
  'checkout.started',
  'purchase.started',
  'subscription.change_requested',
  'subscription.started',
  'subscription.changed',
  'subscription.cancellation_scheduled',
  'subscription.resumed',
  'subscription.ended',
  'subscription.trial_extended',
  'invoice.refund_asked',
  'entitlement.granted',
  'entitlement.withdrawn',
  'subscription.second_found',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.refunded',
  'purchase.withdrawn',
  'purchase.restored',
  'dispute.opened',
  'dispute.closed',
);
type Own = typeof actions;

declare module '../audit/actions.ts' {
  interface DeclaredAuditActions extends Own {}
}
