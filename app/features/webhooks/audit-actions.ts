import { defineAuditActions } from '../audit/audit.ts';

const actions = defineAuditActions(
  'webhook_endpoint.created',
  'webhook_endpoint.updated',
  'webhook_endpoint.deleted',
  'webhook_endpoint.secret_rotated',
  'webhook_endpoint.tested',
  'webhook_endpoint.replayed',
  'webhook_endpoint.disabled',
  'webhook_delivery.retried',
);
type Own = typeof actions;

declare module '../audit/actions.ts' {
  interface DeclaredAuditActions extends Own {}
}
