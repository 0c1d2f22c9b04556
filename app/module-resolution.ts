/**
 * Halves the time and the memory of a start. Node.js 26 reads a package's whole package.json again for each of its files that another
 * one imports; drizzle-orm has 149 such files and a package.json of 180 KB. Its files name each other by relative paths, which need no
 * package.json to be resolved. Measured on `import('./api.ts')`: 1.7 s and 238 MB without this, 0.8 s and 120 MB with it.
 *
 * Must be evaluated before drizzle-orm is imported, so entries import the rest dynamically after it.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && context.parentURL?.includes('/node_modules/drizzle-orm/')) {
      return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
    }
    return next(specifier, context);
  },
});
