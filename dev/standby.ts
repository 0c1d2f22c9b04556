/**
 * A process that has loaded the packages of the service, which a change does not touch, and waits. Told to go on, it loads the code of the service and
 * becomes the service: that takes less than half of a start. Only `npm run dev` runs it.
 */
import '../app/module-loading.ts';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
/** Paths that the service imports, beside the names of its packages. */
const PARTS = ['drizzle-orm/node-postgres', 'drizzle-orm/pg-core', 'typebox/value'];

// One that cannot be loaded is reported by the service itself, if it needs it.
await Promise.allSettled([...Object.keys(dependencies), ...PARTS].map((name) => import(name)));
await once(process, 'message');
process.argv[2] = 'all';
await import('../app/main.ts');
process.send?.('ready');
