/**
 * The way to Stripe: the SDK, each call timed by its operation, failures turned into named outcomes. The SDK is some 40 MB once it is
 * loaded, so it is loaded at its first use.
 */
import '../metrics.ts';
import type Stripe from 'stripe';
import { Problem } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { inSpan, SpanKind } from '../../../platform/telemetry/spans.ts';
import { billingErrors } from '../errors.ts';

/** Every operation that is asked of Stripe; the label of the metric. */
export type StripeOperation =
  | 'customers.create'
  | 'customers.retrieve'
  | 'customers.update'
  | 'customers.delete'
  | 'subscriptions.list'
  | 'subscriptions.update'
  | 'subscriptions.resume'
  | 'subscriptions.cancel'
  | 'invoices.list'
  | 'invoices.preview'
  | 'invoices.retrieve'
  | 'invoices.finalize'
  | 'invoices.pay'
  | 'invoices.update'
  | 'invoice_payments.list'
  | 'charges.list'
  | 'payment_methods.list'
  | 'checkout_sessions.list'
  | 'checkout_sessions.create'
  | 'checkout_sessions.expire'
  | 'portal_sessions.create'
  | 'promotion_codes.list'
  | 'prices.list'
  | 'events.list'
  | 'disputes.list'
  | 'disputes.retrieve'
  | 'credit_notes.create'
  | 'meter_events.create'
  | 'webhook_endpoints.create'
  | 'webhook_endpoints.list'
  | 'webhook_endpoints.update'
  | 'test_clocks.retrieve';

export interface StripeGateway {
  /**
   * Asks Stripe.
   * @throws `payment_declined` for a refused card; `payments_unavailable` when Stripe cannot be reached, is busy, broken or talks
   *   nonsense; `payments_refused` for what Stripe understood and would not do
   */
  ask<T>(operation: StripeOperation, call: (stripe: Stripe) => Promise<T>): Promise<T>;
}

export interface StripeSettings {
  /** `STRIPE_SECRET_KEY`; undefined: billing is off. */
  stripeSecretKey: string | undefined;
  /** `STRIPE_API_BASE`, e.g. `http://localhost:12111`; undefined: Stripe's own. */
  stripeApiBase: string | undefined;
}

const TIMEOUT_MS = 10_000;
const RETRIES = 2;
const RETRY_AFTER_SECONDS = '30';

/** Loads the SDK, once. */
export type StripeClient = () => Promise<Stripe>;

/** The SDK for these settings; undefined where billing is off. */
export function createStripeClient(settings: StripeSettings): StripeClient | undefined {
  const { stripeSecretKey: key } = settings;
  let client: Promise<Stripe> | undefined;
  return key === undefined ? undefined : () => (client ??= connect(key, settings));
}

async function connect(key: string, { stripeApiBase }: StripeSettings): Promise<Stripe> {
  const { Stripe: Sdk } = await import('stripe');
  const base = stripeApiBase === undefined ? undefined : new URL(stripeApiBase);
  return new Sdk(key, {
    timeout: TIMEOUT_MS,
    maxNetworkRetries: RETRIES,
    telemetry: false,
    appInfo: { name: 'plinth' },
    ...(base && {
      protocol: base.protocol === 'http:' ? 'http' : 'https',
      host: base.hostname,
      port: base.port || (base.protocol === 'http:' ? '80' : '443'),
    }),
  });
}

export interface GatewayOptions {
  /** undefined: billing is off, and every question is answered with `payments_unavailable`. */
  client: StripeClient | undefined;
  metrics: Pick<Metrics, 'stripe_request_duration_seconds'>;
  logger: Logger;
}

export function createStripeGateway({ client, metrics, logger }: GatewayOptions): StripeGateway {
  return {
    async ask(operation, call) {
      if (!client) throw billingErrors.payments_unavailable({ detail: 'Payments are not set up here.' });
      const startedAt = performance.now();
      let outcome: Outcome = 'success';
      try {
        const attributes = { 'peer.service': 'stripe', 'plinth.stripe.operation': operation };
        const ask = async () => call(await client());
        return sensible(await inSpan(`stripe ${operation}`, { kind: SpanKind.CLIENT, attributes }, ask));
      } catch (error) {
        outcome = outcomeOf(error);
        if (isOfType(error, 'StripeAuthenticationError', 'StripePermissionError'))
          logger.error({ err: error, operation }, 'Stripe refuses the key: check STRIPE_SECRET_KEY');
        throw named(error, outcome);
      } finally {
        metrics.stripe_request_duration_seconds.observe(
          { operation, outcome },
          (performance.now() - startedAt) / 1_000,
        );
      }
    },
  };
}

type Outcome = 'success' | 'declined' | 'invalid' | 'rate_limited' | 'unavailable';

function outcomeOf(error: unknown): Outcome {
  if (isOfType(error, 'StripeCardError')) return 'declined';
  if (isOfType(error, 'StripeRateLimitError')) return 'rate_limited';
  if (isInvalidRequest(error)) return 'invalid';
  return 'unavailable';
}

function named(error: unknown, outcome: Outcome): unknown {
  if (isOfType(error, 'StripeCardError')) {
    const declineCode = error.decline_code ?? error.code;
    return billingErrors.payment_declined({
      detail: 'The card was declined. Try another one, or ask the bank.',
      cause: error,
      ...(declineCode && { extensions: { declineCode } }),
    });
  }
  if (outcome === 'invalid') return billingErrors.payments_refused({ detail: (error as Error).message, cause: error });
  if (!isStripeError(error) && !(error instanceof Nonsense)) return error;
  return billingErrors.payments_unavailable({ cause: error, headers: { 'retry-after': RETRY_AFTER_SECONDS } });
}

/** JSON that is not of Stripe: somebody else has answered, such as a proxy. */
class Nonsense extends Error {}

/** Every object of Stripe says what it is; a list that was fetched page by page is an array of such. */
function sensible<T>(answer: T): T {
  if (Array.isArray(answer) ? answer.every(isObject) : isObject(answer)) return answer;
  throw new Nonsense(`Stripe answered with no object: ${JSON.stringify(answer)?.slice(0, 100)}`);
}

function isObject(answer: unknown): boolean {
  const { object, data } = Object(answer) as { object?: unknown; data?: unknown };
  return object === 'list' ? Array.isArray(data) : typeof object === 'string';
}

type StripeFailure = Stripe.errors.StripeError;

function isStripeError(error: unknown): error is StripeFailure {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' && error.type.startsWith('Stripe');
}

/** Compares the name that the SDK gives its errors, because importing its classes would load the SDK. */
function isOfType(error: unknown, ...types: string[]): error is StripeFailure {
  return isStripeError(error) && types.includes(error.type);
}

function isInvalidRequest(error: unknown): error is StripeFailure {
  return isOfType(error, 'StripeInvalidRequestError');
}

/** Stripe's message where it understood a request and refused it; undefined for any other error. */
export function refusalOf(error: unknown): StripeFailure | undefined {
  return error instanceof Problem && isInvalidRequest(error.cause) ? error.cause : undefined;
}

/** True if Stripe said that an object does not exist. @param param of the request, e.g. `customer`; any if absent */
export function isMissing(error: unknown, param?: string): boolean {
  const refusal = refusalOf(error);
  return refusal?.code === 'resource_missing' && (param === undefined || refusal.param === param);
}

/** The id of what may be given whole. */
export function idOf(reference: string | { id: string }): string {
  return typeof reference === 'string' ? reference : reference.id;
}

/** An instant from Stripe's seconds since 1970. */
export function instantOf(seconds: number): Date;
export function instantOf(seconds: number | null | undefined): Date | null;
export function instantOf(seconds: number | null | undefined): Date | null {
  return seconds === null || seconds === undefined ? null : new Date(seconds * 1_000);
}
