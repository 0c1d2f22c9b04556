import { defineAuditActions } from '../audit/audit.ts';

const actions = defineAuditActions(
  'scim_token.created',
  'scim_token.deleted',
  'scim_user.created',
  'scim_user.updated',
  'scim_user.deleted',
  'scim_group.created',
  'scim_group.updated',
  'scim_group.deleted',
  'scim_group.role_changed',
);
type Own = typeof actions;

declare module '../audit/actions.ts' {
  interface DeclaredAuditActions extends Own {}
}
