import { defineErrors } from '../../platform/errors.ts';

export const emailErrors = defineErrors({
  invalid_signature: { status: 401, title: 'The webhook is not signed by the provider' },
  signature_unverifiable: { status: 503, title: 'The signature of the webhook cannot be checked now' },
  invalid_unsubscribe_token: { status: 400, title: 'The unsubscribe link is damaged or not ours' },
});
