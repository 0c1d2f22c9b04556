/** Where the tables are declared, for each series of migrations. */
export const models: Readonly<Record<'foundation' | 'product', readonly string[]>> = {
  foundation: [
    './app/features/*/schema.ts',
    './app/features/*/*/schema.ts',
    './app/platform/database/changes/schema.ts',
    './app/platform/http/idempotency.ts',
    './app/platform/security/rate-limits.ts',
  ],
  // This file has no table: drizzle-kit wants one file at least, also when the last feature of the product is removed.
  product: ['./app/product/*/schema.ts', './app/models.ts'],
};
