/** An HTTP client for the SDK that calls the sandbox without a socket. It implements the SDK's interface and shares no code with it. */
import type Stripe from 'stripe';
import type { Answer, ApiRequest } from '../protocol/answer.ts';

export function inProcessClient(
  answer: (request: ApiRequest) => Promise<Answer>,
): NonNullable<Stripe.StripeConfig['httpClient']> {
  return {
    getClientName: () => 'stripe-sandbox',
    async makeRequest(_host, _port, path, method, headers, requestData) {
      const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
      const answered = await answer({ method, path, headers: Object.fromEntries(named), body: requestData ?? '' });
      return {
        getStatusCode: () => answered.status,
        getHeaders: () => answered.headers,
        getRawResponse: () => answered,
        toStream: () => {
          throw new Error('stripe-sandbox does not support streams.');
        },
        toJSON: async () => JSON.parse(answered.body),
      };
    },
  };
}
