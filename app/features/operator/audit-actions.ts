import { defineAuditActions } from '../audit/audit.ts';

const actions = defineAuditActions(
  'operator.made',
  'operator.revoked',
  'operator.searched',
  'operator.viewed',
  'impersonation.began',
  'impersonation.renewed',
  'impersonation.ended',
  'email.retried',
  'email.resent',
  'email.unsuppressed',
  'job.retried',
);
type Own = typeof actions;

declare module '../audit/actions.ts' {
  interface DeclaredAuditActions extends Own {}
}
