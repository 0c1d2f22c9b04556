/** The catalog as the API shows it. */
import { Type } from 'typebox';
import { Nullable } from '../../../platform/http/schemas.ts';
import { currencies, features, intervals, limits, planNames, planOf, productNames, productOf } from '../catalog.ts';
import { LimitValues, Money } from './schemas.ts';

export function presentCatalog() {
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
  } as never;
}

const Prices = Type.Object(
  Object.fromEntries(
    intervals.map((interval) => [
      interval,
      Type.Object(Object.fromEntries(currencies.map((currency) => [currency, Money('Price')]))),
    ]),
  ),
);
export const Catalog = Type.Object(
  {
    plans: Type.Array(
      Type.Object({
        plan: Type.String(),
        name: Type.String(),
        description: Type.String(),
        prices: Nullable(Prices),
        perSeat: Type.Boolean({ description: 'Whether the price is for each member.' }),
        trialDays: Type.Integer({ description: 'Once for an organization.' }),
        features: Type.Array(Type.Enum([...features])),
        limits: LimitValues,
        usage: Type.Array(
          Type.Object({
            meter: Type.String(),
            included: Type.Integer(),
            perThousand: Type.Object(Object.fromEntries(currencies.map((currency) => [currency, Money('Price')]))),
          }),
        ),
      }),
    ),
    products: Type.Array(
      Type.Object({
        product: Type.String(),
        name: Type.String(),
        description: Type.String(),
        price: Type.Object(Object.fromEntries(currencies.map((currency) => [currency, Money('Price')]))),
        adds: Type.Object(Object.fromEntries(limits.map((limit) => [limit, Type.Optional(Type.Integer())]))),
      }),
    ),
    currencies: Type.Array(Type.Enum([...currencies])),
  },
  { description: 'What is sold.', examples: [presentCatalog()] },
);
