/** The series of migrations of this release: the foundation's, and the product's after it. */
import { fileURLToPath } from 'node:url';
import { createMigrationCheck } from './platform/database/migrations/migrate.ts';
import type { MigrationSeries } from './platform/database/migrations/series.ts';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** In the order in which they are applied: tables of the product may refer to tables of the foundation. */
export const migrationSeries: readonly MigrationSeries[] = [
  // The name of the table is that of drizzle-orm's own migrator, which releases before 0.2 used.
  { name: 'foundation', folder: folder('../migrations'), table: '__drizzle_migrations' },
  { name: 'product', folder: folder('./product/migrations'), table: '__product_migrations' },
];

/** Returns what a database lacks of this release. `migrate`, `doctor`, the start and `/readyz` decide by it. */
export const migrationState = createMigrationCheck(migrationSeries);
