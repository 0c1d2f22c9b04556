/**
 * A process that has loaded the packages of the service, which a change does not touch, and waits. Told to `load`, it loads the code of the service, while the process
 * before it still stops. Told to `start`, it becomes the service: that takes less than half of a start. Only `npm run dev` runs it.
 */
import '../app/module-loading.ts';
import { readFileSync } from 'node:fs';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
/** Paths that the service imports, beside the names of its packages. */
const PARTS = ['drizzle-orm/node-postgres', 'drizzle-orm/pg-core', 'typebox/value'];

// One that cannot be loaded is reported by the service itself, if it needs it.
await Promise.allSettled([...Object.keys(dependencies), ...PARTS].map((name) => import(name)));
const { promise: told, resolve } = Promise.withResolvers<void>();
process.on('message', (message) => {
  if (message === 'start') resolve();
  // What is wrong with the code is said by the start, which loads the same.
  else import('../app/run.ts').catch(() => {});
});
await told;
process.argv[2] = 'all';
await import('../app/main.ts');
process.send?.('ready');
