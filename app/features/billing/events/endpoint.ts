/** The webhook endpoint at Stripe: whether it would tell us what we need, and making it so. */
import type Stripe from 'stripe';
import type { StripeGateway } from '../stripe/stripe.ts';
import { handledEvents } from './events.ts';

export interface Endpoint {
  /** @returns what is wrong, each with what to do; empty when all is well. @throws `payments_unavailable` */
  check(): Promise<string[]>;
  /**
   * Makes it so. An endpoint of another API version stays as it is, beside the new one: Stripe never changes a version.
   * @returns the signing secret where an endpoint had to be made, which Stripe tells this once; undefined where none had to
   */
  setUp(): Promise<string | undefined>;
}

/** @param url where Stripe reaches us */
export function createEndpoint({ gateway, url }: { gateway: StripeGateway; url: string }): Endpoint {
  async function find(): Promise<{ ours: Stripe.WebhookEndpoint[]; version: string }> {
    const { Stripe } = await import('stripe');
    const endpoints = await gateway.ask('webhook_endpoints.list', (stripe) =>
      stripe.webhookEndpoints.list({ limit: 100 }),
    );
    return { ours: endpoints.data.filter((each) => each.url === url), version: Stripe.API_VERSION };
  }

  return {
    async check() {
      const { ours, version } = await find();
      const [any] = ours;
      if (!any)
        return [
          `Stripe has no webhook endpoint ${url}; run npm run plinth -- billing webhook --apply. Until then changes arrive by polling.`,
        ];
      const endpoint = ours.find((each) => isOfVersion(each, version)) ?? any;
      const faults: string[] = [];
      if (endpoint.status !== 'enabled')
        faults.push(`The webhook endpoint ${url} is ${endpoint.status} at Stripe: enable it.`);
      if (!isOfVersion(endpoint, version))
        faults.push(
          `The webhook endpoint ${url} is of API version ${endpoint.api_version}, the service of ${version}: replace it at the next release.`,
        );
      const missing = missingFrom(endpoint);
      if (missing.length > 0)
        faults.push(
          `The webhook endpoint ${url} is not sent ${missing.join(', ')}: add ${missing.length === 1 ? 'it' : 'them'}.`,
        );
      return faults;
    },

    async setUp() {
      const { ours, version } = await find();
      const endpoint = ours.find((each) => isOfVersion(each, version));
      const wanted = { enabled_events: [...handledEvents] };
      if (!endpoint) {
        const api_version = version as Stripe.WebhookEndpointCreateParams.ApiVersion;
        const made = await gateway.ask('webhook_endpoints.create', (stripe) =>
          stripe.webhookEndpoints.create({ url, api_version, ...wanted }),
        );
        return made.secret;
      }
      if (endpoint.status !== 'enabled' || missingFrom(endpoint).length > 0)
        await gateway.ask('webhook_endpoints.update', (stripe) =>
          stripe.webhookEndpoints.update(endpoint.id, { ...wanted, disabled: false }),
        );
      return undefined;
    },
  };
}

/** null: of the account's own version, which may be ours. */
const isOfVersion = ({ api_version: own }: Stripe.WebhookEndpoint, version: string) => own === null || own === version;

function missingFrom({ enabled_events: enabled }: Stripe.WebhookEndpoint): string[] {
  return enabled.includes('*') ? [] : handledEvents.filter((type) => !enabled.includes(type));
}
