/**
 * The catalog: plans, their prices and limits, usage-based prices and one-off products. This file is the truth;
 * `plinth catalog sync` makes Stripe equal to it. Stripe ids never appear here: prices are found by their lookup keys.
 * A product changes its offer here; `docs/billing.md` says how.
 */
export const currencies = ['usd', 'eur'] as const;
export type Currency = (typeof currencies)[number];

export const intervals = ['month', 'year'] as const;
export type Interval = (typeof intervals)[number];

/** The features that a plan can include. */
export const features = ['auditExport', 'singleSignOn', 'prioritySupport'] as const;
export type Feature = (typeof features)[number];

/** The things that a plan limits in number. `null`: without limit. */
export const limits = ['members', 'projects', 'apiCalls', 'webhookEndpoints'] as const;
export type Limit = (typeof limits)[number];

/** Amounts in minor units: 1900 is $19.00. */
export type Amounts = Readonly<Record<Currency, number>>;

/** Usage that is counted, and billed where a plan has a price for it. */
export interface Meter {
  readonly name: string;
  /** As Stripe knows it. */
  readonly eventName: string;
}

export const meters = {
  apiCalls: { name: 'API calls', eventName: 'api_calls' },
} as const satisfies Partial<Record<Limit, Meter>>;
export type MeterName = keyof typeof meters;
export const meterNames = Object.keys(meters) as MeterName[];

/** Usage above `included` costs `perThousand` minor units a thousand. */
export interface UsagePrice {
  readonly included: number;
  readonly perThousand: Amounts;
}

export interface Plan {
  readonly name: string;
  readonly description: string;
  /** By interval; `null`: not sold (the free plan). With `seats` a price is for each member. */
  readonly prices: Readonly<Record<Interval, Amounts>> | null;
  readonly seats: boolean;
  readonly trialDays: number;
  readonly features: readonly Feature[];
  readonly limits: Readonly<Record<Limit, number | null>>;
  readonly usage: Readonly<Partial<Record<MeterName, UsagePrice>>>;
}

export const plans = {
  free: {
    name: 'Free',
    description: 'To begin with.',
    prices: null,
    seats: false,
    trialDays: 0,
    features: [],
    limits: { members: 25, projects: 3, apiCalls: 1_000, webhookEndpoints: 2 },
    usage: {},
  },
  pro: {
    name: 'Pro',
    description: 'For teams that work with it every day.',
    prices: { month: { usd: 1_900, eur: 1_800 }, year: { usd: 19_000, eur: 18_000 } },
    seats: true,
    trialDays: 14,
    features: ['auditExport'],
    limits: { members: 100, projects: 50, apiCalls: 100_000, webhookEndpoints: 10 },
    usage: {},
  },
  scale: {
    name: 'Scale',
    description: 'For companies that build on it.',
    prices: { month: { usd: 49_900, eur: 46_900 }, year: { usd: 499_000, eur: 469_000 } },
    seats: false,
    trialDays: 0,
    features: ['auditExport', 'singleSignOn', 'prioritySupport'],
    limits: { members: null, projects: null, apiCalls: null, webhookEndpoints: 50 },
    usage: { apiCalls: { included: 1_000_000, perThousand: { usd: 20, eur: 18 } } },
  },
} as const satisfies Record<string, Plan>;
export type PlanName = keyof typeof plans;
export const planNames = Object.keys(plans) as PlanName[];
/** The plan of everybody who pays nothing. */
export const FREE: PlanName = 'free';
export const soldPlans = planNames.filter((name) => plans[name].prices !== null);
/** Those whose price is for each member. */
export const seatPlans = soldPlans.filter((name) => plans[name].seats);

/** Bought once, kept for good: adds to limits. */
export interface Product {
  readonly name: string;
  readonly description: string;
  readonly price: Amounts;
  readonly adds: Readonly<Partial<Record<Limit, number>>>;
}

export const products = {
  projectPack: {
    name: 'Ten more projects',
    description: 'Adds ten projects, for good.',
    price: { usd: 4_900, eur: 4_500 },
    adds: { projects: 10 },
  },
} as const satisfies Record<string, Product>;
export type ProductName = keyof typeof products;
export const productNames = Object.keys(products) as ProductName[];

export const planOf = (name: PlanName): Plan => plans[name];
export const productOf = (name: ProductName): Product => products[name];
export const isPlan = (name: string | null | undefined): name is PlanName =>
  name !== null && name !== undefined && Object.hasOwn(plans, name);
export const isProduct = (name: string | null | undefined): name is ProductName =>
  name !== null && name !== undefined && Object.hasOwn(products, name);

/** The lookup keys of the prices in Stripe. */
export const lookupKeys = {
  plan: (plan: PlanName, interval: Interval, currency: Currency) => `${plan}_${interval}_${currency}`,
  usage: (plan: PlanName, meter: MeterName, interval: Interval, currency: Currency) =>
    `${plan}_${meter}_${interval}_${currency}`,
  product: (product: ProductName, currency: Currency) => `${product}_${currency}`,
};

/** The lookup keys of everything that a subscription of a plan consists of; the plan's own price first. */
export function pricesOfPlan(plan: PlanName, interval: Interval, currency: Currency): string[] {
  const usage = Object.keys(planOf(plan).usage) as MeterName[];
  return [
    lookupKeys.plan(plan, interval, currency),
    ...usage.map((meter) => lookupKeys.usage(plan, meter, interval, currency)),
  ];
}
