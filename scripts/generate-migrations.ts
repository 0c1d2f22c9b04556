/** `npm run migrations:generate -- --name what_changes`: writes the migration of each series whose models have changed. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { models } from '../app/models.ts';

const CONFIGS = { foundation: 'drizzle.config.ts', product: 'drizzle.product.config.ts' };
const hasProduct = existsSync('app/product/migrations') || globSync(models.product[0]!).length > 0;

for (const [series, config] of Object.entries(CONFIGS)) {
  if (series === 'product' && !hasProduct) continue;
  process.stdout.write(`${series}:\n`);
  const args = ['generate', '--config', config, ...process.argv.slice(2)];
  const { status } = spawnSync('node_modules/.bin/drizzle-kit', args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
