/** Whether the webhook endpoint at Stripe would tell us what we need: there, enabled, of our version, with our list of events. */
import { handledEvents } from './events.ts';
import type { StripeGateway } from './stripe.ts';

/** @returns what is wrong, each with what to do; empty when all is well. @throws `payments_unavailable` */
export async function checkWebhookEndpoint(gateway: StripeGateway, url: string): Promise<string[]> {
  const { Stripe } = await import('stripe');
  const endpoints = await gateway.ask('webhook_endpoints.list', (stripe) =>
    stripe.webhookEndpoints.list({ limit: 100 }),
  );
  const endpoint = endpoints.data.find((each) => each.url === url);
  if (!endpoint)
    return [
      `Stripe has no webhook endpoint ${url}. Create it, with the events of docs/billing.md; until then changes arrive by polling.`,
    ];
  const faults: string[] = [];
  if (endpoint.status !== 'enabled')
    faults.push(`The webhook endpoint ${url} is ${endpoint.status} at Stripe: enable it.`);
  if (endpoint.api_version !== null && endpoint.api_version !== Stripe.API_VERSION)
    faults.push(
      `The webhook endpoint ${url} is of API version ${endpoint.api_version}, the service of ${Stripe.API_VERSION}: replace it at the next release.`,
    );
  const missing = endpoint.enabled_events.includes('*')
    ? []
    : handledEvents.filter((type) => !endpoint.enabled_events.includes(type));
  if (missing.length > 0)
    faults.push(
      `The webhook endpoint ${url} is not sent ${missing.join(', ')}: add ${missing.length === 1 ? 'it' : 'them'}.`,
    );
  return faults;
}
