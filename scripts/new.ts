/**
 * `npm run new -- feature NAME [--singular NAME] [--limit LIMIT] [--without email,limit]`: writes a feature of the product, which organizations own, as if by
 * hand: tables, operations, permissions, audit actions, a metric and its dashboard, an email, tests, a page of documentation and the migration.
 * `npm run new -- operation|email|job|webhook-event FEATURE NAME`: adds to such a feature, with a test.
 * If a step fails, nothing of it stays.
 */
import { parseArgs } from 'node:util';
import { NameError } from './new/names.ts';
import { isKind, newPart } from './new/new-part.ts';
import { requireCleanTree } from './new/tree.ts';

const USAGE = `Usage: npm run new -- feature NAME [--singular NAME] [--limit LIMIT] [--without email,limit]
       npm run new -- operation FEATURE VERB [--past VERB]     e.g. operation projects archive
       npm run new -- email FEATURE NAME                       e.g. email projects ready
       npm run new -- job FEATURE NAME                         e.g. job projects count
       npm run new -- webhook-event FEATURE created|updated|deleted`;

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      singular: { type: 'string' },
      limit: { type: 'string' },
      past: { type: 'string' },
      without: { type: 'string', default: '' },
    },
  });
  const [what = '', first, second, ...rest] = positionals;
  const isFeature = what === 'feature' && first !== undefined && second === undefined;
  const isPart = isKind(what) && first !== undefined && second !== undefined && rest.length === 0;
  if (!isFeature && !isPart) throw new NameError(USAGE);
  requireCleanTree();
  if (isPart) newPart(what, first, second, values.past);
  // It loads every feature, which nothing before it needs.
  else await import('./new/new-feature.ts').then(({ newFeature }) => newFeature(first!, values));
} catch (error) {
  const known = error instanceof NameError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = known ? 2 : 1;
}
