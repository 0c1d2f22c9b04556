/** Where Stripe tells of events. */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import { route } from '../../../platform/http/schemas.ts';
import { invalidStripeSignature } from '../errors.ts';
import type { Intake } from '../intake.ts';

export const WEBHOOK_PATH = '/v1/webhooks/stripe';

/** Events hold one object; the largest have been some hundred kilobytes. */
const LIMIT_BYTES = 2 * 1024 * 1024;

const Stored = Type.Object({ status: Type.Literal('stored') }, { examples: [{ status: 'stored' }] });

/** @param intake undefined: there is no secret to verify with, and the endpoint is 404 */
export function webhookRoute(app: HttpServer, intake: Intake | undefined): void {
  // A plugin, so that its way of reading bodies stays its own.
  app.register(async (scope) => {
    const server = scope as unknown as HttpServer;
    server.removeAllContentTypeParsers();
    // The signature is over bytes.
    server.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => body);
    server.post(
      WEBHOOK_PATH,
      {
        bodyLimit: LIMIT_BYTES,
        schema: route({
          summary: 'Receive an event of Stripe',
          description:
            'Called by Stripe. 200 means that the event is stored, or was before; what it says is fetched, not believed.',
          operationId: 'receiveStripeWebhook',
          tag: 'Webhooks',
          access: 'public',
          answers: { 200: Stored },
          errors: [invalidStripeSignature, httpErrors.not_found, httpErrors.payload_too_large],
        }),
      },
      async ({ headers, body }) => {
        if (!intake) throw httpErrors.not_found();
        const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        const signature = headers['stripe-signature'];
        await intake.receive(raw, Array.isArray(signature) ? signature.join(',') : signature);
        return { status: 'stored' as const };
      },
    );
  });
}
