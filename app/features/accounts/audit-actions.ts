import { defineAuditActions } from '../audit/audit.ts';

const actions = defineAuditActions(
  'user.registered',
  'user.email_verified',
  'user.updated',
  'user.suspended',
  'user.unsuspended',
  'user.deletion_requested',
  'user.restored',
  'user.exported',
  'session.created',
  'session.failed',
  'session.second_factor_failed',
  'session.confirmed',
  'session.ended',
  'session.moved',
  'session.refresh_reused',
  'email_link.requested',
  'password.changed',
  'password.reset_requested',
  'password.reset',
  'password.voided',
  'totp.added',
  'totp.removed',
  'recovery_codes.renewed',
  'recovery_code.used',
  'passkey.added',
  'passkey.renamed',
  'passkey.removed',
  'passkey.counter_fell_back',
  'factors.reset',
  'device.removed',
  'identity.linked',
  'identity.unlinked',
  'email.change_requested',
  'email.changed',
  'email.change_reverted',
);
type Own = typeof actions;

declare module '../audit/actions.ts' {
  interface DeclaredAuditActions extends Own {}
}
