import { models } from './app/models.ts';

/** The foundation's tables. `npm run migrations:generate` uses this file, and drizzle.product.config.ts for the product's. */
export default {
  dialect: 'postgresql',
  schema: [...models.foundation],
  out: './migrations',
};
