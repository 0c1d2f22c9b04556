import { defineErrors } from '../../platform/errors.ts';

export const webhookErrors = defineErrors({
  invalid_webhook_url: { status: 422, title: 'Webhooks cannot be sent to this URL' },
  too_many_webhook_endpoints: { status: 409, title: 'The organization has as many webhook endpoints as one may have' },
  webhook_endpoint_disabled: { status: 409, title: 'The webhook endpoint is disabled' },
});
