/** Payment methods: test cards, by number or by `pm_card_…` token (docs.stripe.com/api/payment_methods). */
import { fullAddress, liveCustomer } from '../billing/customers/customers.ts';
import { cardByNumber, cardByToken } from '../billing/payments/cards.ts';
import { attach, detach, newPaymentMethod, resolvePaymentMethod } from '../billing/payments/payment-methods.ts';
import { emitChange } from '../events/events.ts';
import { page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid, missing } from '../world/fault.ts';
import { idOf } from '../world/world.ts';
import { WORDS } from './words.ts';

const billingDetails = p.object({
  address: p.emptyable(p.address),
  email: p.emptyable(p.text),
  name: p.emptyable(p.text),
  phone: p.emptyable(p.text),
  tax_id: p.text,
});

const creatable = {
  allow_redisplay: p.oneOf('always', 'limited', 'unspecified'),
  billing_details: billingDetails,
  card: p.object({ number: p.text, exp_month: p.integer, exp_year: p.integer, cvc: p.text, token: p.text }),
  metadata: p.newMetadata,
  type: p.needed(p.oneOf('card')),
};

const filters = {
  type: p.oneOf(...WORDS.paymentMethodTypes),
  allow_redisplay: p.oneOf('always', 'limited', 'unspecified'),
};
const fullYear = (year: number) => (year < 100 ? 2000 + year : year);

const ofCustomer = { ...pagination, ...filters };

export const paymentMethodRoutes: Route[] = [
  route('POST /v1/payment_methods', creatable, (world, given) => {
    const token = given.card?.token;
    if (!given.card) throw invalid('Missing required param: card.', 'card', 'parameter_missing');
    const card = token ? cardByToken(token) : cardByNumber(given.card.number ?? '');
    if (!card) throw missing('token', token!, 'card[token]');
    const { address, ...plain } = given.billing_details ?? {};
    return newPaymentMethod(world, card, {
      billing_details: { ...(plain as object), ...(address && { address: fullAddress(address) }) },
      metadata: given.metadata ?? {},
      cvc: token !== undefined || given.card.cvc !== undefined,
      ...(given.card.exp_month && { exp_month: given.card.exp_month }),
      ...(given.card.exp_year && { exp_year: fullYear(given.card.exp_year) }),
    });
  }),
  retrieve('/v1/payment_methods', 'payment_method'),
  route(
    'POST /v1/payment_methods/:id',
    {
      allow_redisplay: creatable.allow_redisplay,
      billing_details: billingDetails,
      card: p.object({ exp_month: p.integer, exp_year: p.integer }),
      metadata: p.metadata,
    },
    (world, given, { id }) => {
      const method = world.store.get('payment_method', id);
      emitChange(world, 'payment_method.updated', method, () => {
        const { address, ...plain } = given.billing_details ?? {};
        Object.assign(method.billing_details, plain, address && { address: fullAddress(address) });
        Object.assign(method.card!, given.card, given.card?.exp_year && { exp_year: fullYear(given.card.exp_year) });
        if (given.allow_redisplay) method.allow_redisplay = given.allow_redisplay;
        if (given.metadata !== undefined) method.metadata = p.mergeMetadata(method.metadata, given.metadata);
      });
      return method;
    },
  ),
  route('POST /v1/payment_methods/:id/attach', { customer: p.needed(p.text) }, (world, { customer }, { id }) =>
    attach(world, resolvePaymentMethod(world, id), liveCustomer(world, customer).id),
  ),
  route('POST /v1/payment_methods/:id/detach', {}, (world, _, { id }) => {
    const method = world.store.get('payment_method', id);
    detach(world, method);
    return method;
  }),
  listing('/v1/payment_methods', 'payment_method', { customer: p.text, ...filters }, (method, asked) =>
    asked.customer ? idOf(method.customer) === asked.customer : false,
  ),
  route('GET /v1/customers/:customer/payment_methods', ofCustomer, (world, params, { customer }) => {
    liveCustomer(world, customer);
    const methods = world.store.all('payment_method').filter((one) => idOf(one.customer) === customer);
    return page(methods, params, `/v1/customers/${customer}/payment_methods`);
  }),
  route('GET /v1/customers/:customer/payment_methods/:id', {}, (world, _, { customer, id }) => {
    const method = world.store.get('payment_method', id);
    if (idOf(method.customer) !== customer) throw missing('PaymentMethod', id, 'payment_method');
    return method;
  }),
];
