/**
 * The objects of the sandbox, by their `object` name and id, in the order of creation. The store holds plain JSON only, so that a world can be
 * saved and loaded. It does not interpret the objects.
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
  /** Stores an object, replacing one with the same id, and returns it. */
  put<K extends Kind>(kind: K, object: Kinds[K]): Kinds[K];
  find<K extends Kind>(kind: K, id: string): Kinds[K] | undefined;
  /** Returns an object. Throws Stripe's 404 `resource_missing` if it does not exist. */
  get<K extends Kind>(kind: K, id: string, param?: string): Kinds[K];
  /** The object with that id, of any kind. */
  any(id: string): Stored | undefined;
  /** All objects of a kind, oldest first. */
  all<K extends Kind>(kind: K): Kinds[K][];
  /** The objects of one owner, oldest first. `OWNERS` names the field of the owner. */
  of<K extends keyof typeof OWNERS>(kind: K, owner: string): Kinds[K][];
  remove(kind: Kind, id: string): void;
  dump(): [Kind, Stored[]][];
}

/** The names of kinds in "No such …" errors, where they differ from `object`. */
const SPOKEN: Partial<Record<Kind, string>> = { invoiceitem: 'invoice item', payment_method: 'PaymentMethod' };

/** The field that names an object's owner, for kinds whose owner never changes. They are indexed by it. */
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

/** Creates a store, empty or with the objects of an earlier `dump`. */
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
