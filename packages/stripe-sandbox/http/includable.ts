/** Fields that are only included when `expand` names them, and how each is found. */
import { intentOf, paymentsOf } from '../billing/invoices/invoices.ts';
import { listOf } from '../protocol/listing.ts';
import { checkoutLineItems } from '../resources/checkout-sessions.ts';
import { idOf, type World } from '../world/world.ts';

export const INCLUDABLE: Record<string, Record<string, (world: World, id: string) => unknown>> = {
  'checkout.session': {
    line_items: (world, id) => checkoutLineItems(world, world.store.get('checkout.session', id)),
  },
  charge: {
    refunds: (world, id) =>
      listOf(
        world.store.all('refund').filter((one) => one.charge === id),
        `/v1/charges/${id}/refunds`,
      ),
  },
  customer: {
    sources: (_, id) => listOf([], `/v1/customers/${id}/sources`),
    subscriptions: (world, id) =>
      listOf(
        world.store
          .all('subscription')
          .filter(
            (one) => idOf(one.customer) === id && one.status !== 'canceled' && one.status !== 'incomplete_expired',
          )
          .toReversed(),
        `/v1/customers/${id}/subscriptions`,
      ),
    tax: (world, id) => {
      const customer = world.store.get('customer', id);
      const country = customer.deleted ? null : (customer.address?.country ?? null);
      return {
        automatic_tax: country ? 'supported' : 'unrecognized_location',
        ip_address: null,
        location: country ? { country, source: 'billing_address', state: null } : null,
        provider: 'stripe',
      };
    },
    tax_ids: (world, id) =>
      listOf(
        world.store.all('tax_id').filter((one) => idOf(one.customer) === id),
        `/v1/customers/${id}/tax_ids`,
      ),
  },
  invoice: {
    confirmation_secret: (world, id) => {
      const secret = intentOf(world, world.store.get('invoice', id))?.client_secret;
      return secret ? { client_secret: secret, type: 'payment_intent' } : null;
    },
    payments: (world, id) => listOf(paymentsOf(world, id), `/v1/invoice_payments?invoice=${id}`),
  },
};
