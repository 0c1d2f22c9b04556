/** Where the tables are declared, for each series of migrations. */
export const models: Readonly<Record<'foundation' | 'product', readonly string[]>> = {
  foundation: [
    './app/features/*/schema.ts',
    './app/platform/http/idempotency.ts',
    './app/platform/security/rate-limits.ts',
  ],
  product: ['./app/product/*/schema.ts'],
};
