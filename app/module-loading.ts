/**
 * Makes a start faster and smaller, in two ways. Must be evaluated before anything large is imported, so entries import the rest
 * dynamically after it. Figures and when to undo it: docs/decisions/0005-loading-modules-faster.md.
 */
import { enableCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

// What stripping types and compiling made of each file is kept for the next start, which then needs neither. Where the folder cannot
// be written, nothing is kept; a container image has it filled when it is built.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)));

// Node.js 26 reads a package's whole package.json again for each of its files that another one imports; drizzle-orm has 149 such files
// and a package.json of 180 KB, typebox has 373 files. They name each other by relative paths, which need no package.json to be resolved.
const LARGE = /\/node_modules\/(?:drizzle-orm|typebox)\//;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && LARGE.test(context.parentURL ?? '')) {
      return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
    }
    return next(specifier, context);
  },
});
