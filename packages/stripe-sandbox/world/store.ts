/**
 * Every object of the sandbox, by its `object` name and id, in the order of creation. It holds plain JSON and nothing
 * else, so that a world can be written down and read back. It knows nothing of what the objects mean.
 */
import type Stripe from 'stripe';
import { missing } from './fault.ts';

export interface Kinds {
  'billing.meter': Stripe.Billing.Meter;
  'billing_portal.configuration': Stripe.BillingPortal.Configuration;
  'billing_portal.session': Stripe.BillingPortal.Session;
  charge: Stripe.Charge;
  'checkout.session': Stripe.Checkout.Session;
  coupon: Stripe.Coupon;
  credit_note: Stripe.CreditNote;
  customer: Stripe.Customer | Stripe.DeletedCustomer;
  customer_balance_transaction: Stripe.CustomerBalanceTransaction;
  discount: Stripe.Discount;
  dispute: Stripe.Dispute;
  event: Stripe.Event;
  invoice: Stripe.Invoice;
  invoice_payment: Stripe.InvoicePayment;
  invoiceitem: Stripe.InvoiceItem;
  payment_intent: Stripe.PaymentIntent;
  payment_method: Stripe.PaymentMethod;
  price: Stripe.Price;
  product: Stripe.Product;
  promotion_code: Stripe.PromotionCode;
  refund: Stripe.Refund;
  setup_intent: Stripe.SetupIntent;
  subscription: Stripe.Subscription;
  tax_id: Stripe.TaxId;
  tax_rate: Stripe.TaxRate;
  'test_helpers.test_clock': Stripe.TestHelpers.TestClock;
  webhook_endpoint: Stripe.WebhookEndpoint;
}

export type Kind = keyof Kinds;
export type Stored = Kinds[Kind];

export interface Store {
  /** Keeps a new object (or replaces the one of that id) and returns it. */
  put<K extends Kind>(kind: K, object: Kinds[K]): Kinds[K];
  find<K extends Kind>(kind: K, id: string): Kinds[K] | undefined;
  /** Throws Stripe's 404 `resource_missing` where there is none. */
  get<K extends Kind>(kind: K, id: string, param?: string): Kinds[K];
  /** The object of that id, whatever it is. */
  any(id: string): Stored | undefined;
  /** Oldest first. */
  all<K extends Kind>(kind: K): Kinds[K][];
  /** The same, of one owner only: what `OWNERS` names. */
  of<K extends keyof typeof OWNERS>(kind: K, owner: string): Kinds[K][];
  remove(kind: Kind, id: string): void;
  dump(): [Kind, Stored[]][];
}

/** What Stripe calls a kind of object in "No such …". */
const SPOKEN: Partial<Record<Kind, string>> = { invoiceitem: 'invoice item', payment_method: 'PaymentMethod' };

/** The field that names an object's owner, where that never changes: those of one are found without a look at all. */
export const OWNERS = {
  charge: 'customer',
  invoice: 'customer',
  invoice_payment: 'invoice',
  subscription: 'customer',
} as const satisfies Partial<Record<Kind, string>>;

export const isOwned = (kind: Kind): kind is keyof typeof OWNERS => Object.hasOwn(OWNERS, kind);

function ownerOf(kind: keyof typeof OWNERS, object: Stored): string {
  const owner = (object as unknown as Record<string, string | { id: string } | null>)[OWNERS[kind]];
  return typeof owner === 'string' ? owner : (owner?.id ?? '');
}

/** A store that holds what an earlier `dump` held, or nothing. */
export function createStore(dumped: [Kind, Stored[]][] = []): Store {
  const kinds = new Map<Kind, Map<string, Stored>>();
  const byId = new Map<string, Stored>();
  const byOwner = new Map<string, Map<string, Stored>>();

  const store: Store = {
    put(kind, object) {
      const objects = kinds.get(kind) ?? new Map<string, Stored>();
      kinds.set(kind, objects);
      objects.set(object.id, object);
      byId.set(object.id, object);
      if (isOwned(kind)) {
        const key = `${kind} ${ownerOf(kind, object)}`;
        const owned = byOwner.get(key) ?? new Map<string, Stored>();
        byOwner.set(key, owned);
        owned.set(object.id, object);
      }
      return object;
    },
    find<K extends Kind>(kind: K, id: string) {
      return kinds.get(kind)?.get(id) as Kinds[K] | undefined;
    },
    get(kind, id, param) {
      const object = store.find(kind, id);
      if (!object) throw missing(SPOKEN[kind] ?? kind, id, param);
      return object;
    },
    any: (id) => byId.get(id),
    all<K extends Kind>(kind: K) {
      return [...(kinds.get(kind)?.values() ?? [])] as Kinds[K][];
    },
    of<K extends keyof typeof OWNERS>(kind: K, owner: string) {
      return [...(byOwner.get(`${kind} ${owner}`)?.values() ?? [])] as Kinds[K][];
    },
    remove(kind, id) {
      const object = byId.get(id);
      if (object && isOwned(kind)) byOwner.get(`${kind} ${ownerOf(kind, object)}`)?.delete(id);
      kinds.get(kind)?.delete(id);
      byId.delete(id);
    },
    dump: () => [...kinds].map(([kind, objects]) => [kind, [...objects.values()]]),
  };
  for (const [kind, objects] of dumped) for (const object of objects) store.put(kind, object as never);
  return store;
}
