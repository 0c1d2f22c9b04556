/**
 * Makes a start faster and smaller, in two ways. Must be evaluated before anything large is imported, so entries import the rest
 * dynamically after it. Figures and when to undo it: docs/decisions/0005-loading-modules-faster.md.
 */
import { enableCompileCache, type ResolveFnOutput, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

// The compiled form of each file, without types, is kept for the next start. Where the folder cannot
// be written, nothing is kept; a container image has it filled when it is built.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)));

// Node.js 26 reads and parses a package's whole package.json again for each import that is resolved by it: drizzle-orm's has 180 KB, of
// which 149 of its own files and some 60 of ours made 250 MB; typebox has 373 files. Files inside them name each other by relative paths,
// which need no package.json, and what a name stands for is the same for each of ours.
const WITHIN_LARGE = /\/node_modules\/(?:drizzle-orm|typebox)\//;
const NAMES_LARGE = /^(?:drizzle-orm|typebox)(?:\/|$)/;
const named = new Map<string, ResolveFnOutput>();

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '' } = context;
    if (specifier.startsWith('.') && WITHIN_LARGE.test(parentURL)) {
      return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true };
    }
    // Another package may have a version of its own.
    if (!NAMES_LARGE.test(specifier) || parentURL.includes('/node_modules/')) return next(specifier, context);
    const known = named.get(specifier);
    if (known) return { ...known, shortCircuit: true };
    const found = next(specifier, context);
    named.set(specifier, found);
    return found;
  },
});
