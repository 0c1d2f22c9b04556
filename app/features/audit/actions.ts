/** Every action that an audit event can name. */
export const auditActions = [
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
  'session.ended',
  'session.refresh_reused',
  'password.changed',
  'password.reset_requested',
  'password.reset',
  'email.change_requested',
  'email.changed',
  'email.change_reverted',
] as const;

export type AuditAction = (typeof auditActions)[number];
