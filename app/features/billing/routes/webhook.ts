import { httpErrors } from '../../../platform/http/errors.ts';
import { bytes, type Guard, type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import { StatusOf } from '../../../platform/http/schemas.ts';
import { webhooksTag } from '../../email/email.ts';
import { invalidStripeSignature } from '../errors.ts';
import type { Intake } from '../events/intake.ts';

export const WEBHOOK_PATH = '/v1/webhooks/stripe';

/** Events hold one object; the largest have been some hundred kilobytes. */
const LIMIT_BYTES = 2 * 1024 * 1024;

/** `Intake.receive` verifies the signature, which is over the body. */
const signedByStripe: Guard<null> = { ...publicRoute, errors: [invalidStripeSignature], headers: ['stripe-signature'] };

/** @param intake undefined: there is no secret to verify with, and the endpoint is 404 */
export function webhookRoute(operations: Operations, intake: Intake | undefined): void {
  operations.at(WEBHOOK_PATH, { tag: webhooksTag }).operation('POST', '', {
    guard: signedByStripe,
    operationId: 'receiveStripeWebhook',
    summary: 'Receive an event of Stripe',
    description:
      'Called by Stripe. 200 means that the event is stored, or was before; what it says is fetched, not believed. ' +
      'Thin events are acknowledged and not used.',
    receives: bytes(LIMIT_BYTES),
    answers: { 200: StatusOf('WebhookStored', 'stored') },
    errors: [httpErrors.not_found, httpErrors.malformed_json, httpErrors.validation_failed],
    async handle({ body, request: { headers } }) {
      if (!intake) throw httpErrors.not_found();
      const signature = headers['stripe-signature'];
      await intake.receive(body, Array.isArray(signature) ? signature.join(',') : signature);
      return { status: 'stored' };
    },
  });
}
