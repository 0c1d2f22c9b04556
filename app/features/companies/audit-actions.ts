import { defineAuditActions } from '../audit/audit.ts';

const actions = defineAuditActions(
  'domain.claimed',
  'domain.verified',
  'domain.removed',
  'domain.record_missing',
  'domain.verification_lost',
  'domain.released',
  'policy.updated',
  'identity_provider.updated',
  'identity_provider.tested',
  'identity_provider.removed',
);
type Own = typeof actions;

declare module '../audit/actions.ts' {
  interface DeclaredAuditActions extends Own {}
}
