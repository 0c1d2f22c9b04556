import { Type } from 'typebox';
import { minorDigits } from '../../../platform/currencies.ts';
import { type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import { Named, Nullable } from '../../../platform/http/schemas.ts';
import { currencies, intervals, limits, planNames, planOf, productNames, productOf } from '../catalog/catalog.ts';
import { Currency, Feature, LimitValues, Money, tag } from './representations.ts';

function presentCatalog() {
  return {
    plans: planNames.map((plan) => {
      const { seats: perSeat, usage, features, ...rest } = planOf(plan);
      return {
        plan,
        ...rest,
        perSeat,
        features: [...features],
        usage: Object.entries(usage).map(([meter, price]) => ({ meter, ...price })),
      };
    }),
    products: productNames.map((product) => ({ product, ...productOf(product) })),
    currencies: [...currencies],
    minorDigits: Object.fromEntries(currencies.map((currency) => [currency, minorDigits(currency)])),
  } as never;
}

const Amounts = Named('Amounts', Object.fromEntries(currencies.map((currency) => [currency, Money('Price')])));
const MinorDigits = Named(
  'MinorDigits',
  Object.fromEntries(currencies.map((currency) => [currency, Type.Integer({ minimum: 0, maximum: 3 })])),
  undefined,
  { description: 'How many digits of an amount are decimals, as Stripe counts: 2 where 1900 is 19.00.' },
);
const Prices = Named('Prices', Object.fromEntries(intervals.map((interval) => [interval, Amounts])));
const UsagePrice = Named('UsagePrice', { meter: Type.String(), included: Type.Integer(), perThousand: Amounts });
const Plan = Named('Plan', {
  plan: Type.String(),
  name: Type.String(),
  description: Type.String(),
  prices: Nullable(Prices),
  perSeat: Type.Boolean({ description: 'True where the price is per member.' }),
  trialDays: Type.Integer({ description: 'Once per organization.' }),
  features: Type.Array(Feature),
  limits: LimitValues,
  usage: Type.Array(UsagePrice),
});
const Product = Named('Product', {
  product: Type.String(),
  name: Type.String(),
  description: Type.String(),
  price: Amounts,
  adds: Named('AddedLimits', Object.fromEntries(limits.map((limit) => [limit, Type.Optional(Type.Integer())]))),
});
const Catalog = Named(
  'Catalog',
  {
    plans: Type.Array(Plan),
    products: Type.Array(Product),
    currencies: Type.Array(Currency),
    minorDigits: MinorDigits,
  },
  presentCatalog(),
  { description: 'The plans and products for sale.' },
);

export function planRoutes(operations: Operations): void {
  operations.at('/v1/plans', { tag }).get('', {
    guard: publicRoute,
    operationId: 'listPlans',
    summary: 'List plans and products',
    description: 'The whole catalog, with prices in every currency.',
    caching: 'public, max-age=300',
    answer: Catalog,
    get: () => presentCatalog(),
  });
}
