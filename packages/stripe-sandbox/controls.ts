/** What can be done with a sandbox: the types that the pages, the control API and tests share. `sandbox.ts` makes one. */
import type Stripe from 'stripe';
import type { CheckoutForm, CheckoutOutcome } from './billing/checkout/completion.ts';
import type { SignedDelivery } from './events/deliveries.ts';
import type { Answer, ApiRequest } from './protocol/answer.ts';
import type { Delivery } from './world/outbox.ts';
import type { Troubles } from './world/trouble.ts';
import type { World } from './world/world.ts';

export interface Api {
  /** Answers a request to `/v1/…`. Never throws; waits only where trouble slows the request down. */
  answer(request: ApiRequest): Promise<Answer>;
}

export interface StripeSandbox {
  /** Everything that the API, the pages and the controls act on. */
  readonly world: World;
  readonly api: Api;
  /** For `new Stripe(key, { httpClient: sandbox.httpClient })`: the API without a socket. */
  readonly httpClient: NonNullable<Stripe.StripeConfig['httpClient']>;
  readonly troubles: Troubles;
  readonly clock: {
    /** Unix seconds. */
    now(): number;
    /** Moves the sandbox's clock forward, doing all that falls due on the way. */
    advance(by: { seconds?: number; days?: number } | { to: number }): void;
  };
  readonly deliveries: {
    all(): Delivery[];
    /** Those not delivered yet, oldest first. */
    pending(): Delivery[];
    /** A delivery's body and signed headers, without sending it: to be injected. The event stays pending. */
    sign(id: string, at?: number): SignedDelivery;
    /** Tells how an injected delivery was answered. */
    settle(id: string, status: number | null): void;
    resend(eventId: string, endpointId: string): Delivery;
  };
  /** What a customer does on the hosted pages. */
  readonly customer: {
    /** Presses Pay. Throws the card's Fault on a decline. */
    completeCheckout(sessionId: string, form: CheckoutForm): CheckoutOutcome;
    /** The portal session that a link's secret opens. */
    portalSession(secret: string): Stripe.BillingPortal.Session | undefined;
    /** Answers 3-D Secure for a payment or setup intent. */
    authenticate(intentId: string, passed: boolean): Stripe.PaymentIntent | Stripe.SetupIntent;
  };
  addWebhook(webhook: { url: string; secret?: string; enabledEvents?: string[] }): Stripe.WebhookEndpoint;
  /** An empty sandbox again, with the options it was made with. */
  reset(seed?: number): void;
}
