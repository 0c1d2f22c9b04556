/** Tax ids of customers. The sandbox queries no tax authority: every id verifies, except one that starts with `XX`. */
import type Stripe from 'stripe';
import { emit } from '../../events/events.ts';
import { newId, type World } from '../../world/world.ts';

export function newTaxId(world: World, customer: Stripe.Customer, type: string, value: string): Stripe.TaxId {
  const taxId: Stripe.TaxId = {
    id: newId(world, 'txi'),
    object: 'tax_id',
    country: /^[A-Z]{2}/.test(value) ? value.slice(0, 2) : null,
    created: world.now(),
    customer: customer.id,
    customer_account: null,
    livemode: false,
    owner: { customer: customer.id, customer_account: null, type: 'customer' },
    type: type as Stripe.TaxId.Type,
    value,
    verification: {
      status: value.startsWith('XX') ? 'unverified' : 'verified',
      verified_address: null,
      verified_name: null,
    },
  };
  world.store.put('tax_id', taxId);
  emit(world, 'customer.tax_id.created', taxId);
  return taxId;
}
