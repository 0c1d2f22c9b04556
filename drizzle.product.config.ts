import { models } from './app/models.ts';

/** The product's tables: a series of its own, so that no release of the foundation meets it. */
export default {
  dialect: 'postgresql',
  schema: [...models.product],
  out: './app/product/migrations',
};
