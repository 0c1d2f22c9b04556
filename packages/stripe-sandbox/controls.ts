/** The interface of a sandbox: types that the pages, the control API and tests share. `sandbox.ts` creates one. */
import type Stripe from 'stripe';
import type { CheckoutForm, CheckoutOutcome } from './billing/checkout/completion.ts';
import type { SignedDelivery } from './events/deliveries.ts';
import type { Answer, ApiRequest } from './protocol/answer.ts';
import type { Delivery } from './world/outbox.ts';
import type { Troubles } from './world/trouble.ts';
import type { World } from './world/world.ts';

export interface Api {
  /** Answers a request to `/v1/…`. Never throws. Waits only if trouble slows the request down. */
  answer(request: ApiRequest): Promise<Answer>;
}

export interface StripeSandbox {
  /** The state that the API, the pages and the controls act on. */
  readonly world: World;
  readonly api: Api;
  /** An HTTP client for the SDK that needs no socket: `new Stripe(key, { httpClient: sandbox.httpClient })`. */
  readonly httpClient: NonNullable<Stripe.StripeConfig['httpClient']>;
  readonly troubles: Troubles;
  readonly clock: {
    /** The current time in Unix seconds. */
    now(): number;
    /** Advances the sandbox's clock and runs everything that falls due. */
    advance(by: { seconds?: number; days?: number } | { to: number }): void;
  };
  readonly deliveries: {
    all(): Delivery[];
    /** Deliveries that have not been delivered, oldest first. */
    pending(): Delivery[];
    /** A delivery's body and signed headers, so that a test can deliver it itself. The delivery stays pending. */
    sign(id: string, at?: number): SignedDelivery;
    /** Records the endpoint's answer to a delivery that a test made; null means no answer. */
    settle(id: string, status: number | null): void;
    resend(eventId: string, endpointId: string): Delivery;
  };
  /** Actions of a customer on the hosted pages. */
  readonly customer: {
    /** Presses Pay. Throws the card's Fault on a decline. */
    completeCheckout(sessionId: string, form: CheckoutForm): CheckoutOutcome;
    /** The portal session for the secret in a portal link. */
    portalSession(secret: string): Stripe.BillingPortal.Session | undefined;
    /** Answers 3-D Secure for a payment or setup intent. */
    authenticate(intentId: string, passed: boolean): Stripe.PaymentIntent | Stripe.SetupIntent;
  };
  addWebhook(webhook: { url: string; secret?: string; enabledEvents?: string[] }): Stripe.WebhookEndpoint;
  /** Empties the sandbox. It keeps the options that it was created with. */
  reset(seed?: number): void;
}
