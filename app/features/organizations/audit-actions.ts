import { defineAuditActions } from '../audit/audit.ts';

const actions = defineAuditActions(
  'organization.created',
  'organization.updated',
  'organization.deletion_requested',
  'organization.restored',
  'member.joined',
  'member.left',
  'member.removed',
  'member.role_changed',
  'member.account_closed',
  'member.account_reopened',
  'invitation.created',
  'invitation.resent',
  'invitation.declined',
  'invitation.revoked',
  'api_key.created',
  'api_key.updated',
  'api_key.rotated',
  'api_key.revoked',
  'api_key.taken_over',
  'api_key.effective_scopes_changed',
);
type Own = typeof actions;

declare module '../audit/actions.ts' {
  interface DeclaredAuditActions extends Own {}
}
