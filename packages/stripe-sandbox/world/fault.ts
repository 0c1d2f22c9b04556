/** Errors of the sandbox, in Stripe's shape (docs.stripe.com/api/errors). */
import type Stripe from 'stripe';

type FaultType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error' | 'rate_limit_error';

interface FaultDetail {
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
  payment_intent?: Stripe.PaymentIntent;
  setup_intent?: Stripe.SetupIntent;
  payment_method?: Stripe.PaymentMethod;
}

/** An error that the API answers as `{ "error": … }` with its status. */
export class Fault extends Error {
  readonly status: number;
  readonly body: { type: FaultType; message: string; doc_url?: string } & FaultDetail;

  constructor(status: number, type: FaultType, message: string, detail: FaultDetail = {}) {
    super(message);
    this.status = status;
    const docUrl = detail.code
      ? { doc_url: `https://stripe.com/docs/error-codes/${detail.code.replaceAll('_', '-')}` }
      : {};
    this.body = { type, message, ...docUrl, ...detail };
  }
}

/** A 400: the request itself is wrong. */
export function invalid(message: string, param?: string, code?: string): Fault {
  return new Fault(400, 'invalid_request_error', message, { ...(code && { code }), ...(param && { param }) });
}

/** A 404, such as `No such customer: 'cus_…'`. */
export function missing(what: string, id: string, param = 'id'): Fault {
  return new Fault(404, 'invalid_request_error', `No such ${what}: '${id}'`, { code: 'resource_missing', param });
}
