/**
 * The hand-written pages that belong to something declared: `docs/errors/<code>.md` to an error code (of the product: `app/product/docs/errors/`), `docs/runbooks/<alert>.md` to an alert, and a
 * row of `docs/promises.md` to a test. `--write` deletes the pages and rows whose code, alert or feature is gone, and turns links to them into plain
 * text. `--check` fails if there are such pages, or if a code or an alert has none.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import '../app/declarations.ts';
import { allErrors } from '../app/platform/errors.ts';
import { type Generated, runGenerator } from './source/generated.ts';
import { isOfAbsentFeature } from './source/order.ts';

const ERRORS = 'docs/errors';
const RUNBOOKS = 'docs/runbooks';
/** The product has such folders too. */
const PRODUCT = 'app/product';
const INDEX = `${RUNBOOKS}/README.md`;
const PROMISES = 'docs/promises.md';

interface Rules {
  groups: { rules: { alert?: string; annotations?: { runbook?: string } }[] }[];
}

/** The name of an alert's runbook, e.g. `target-down.md` of TargetDown. */
const runbookOf = (alert: string) => `${alert.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase()}.md`;

/** The alerts of all rules. */
function readAlerts(): string[] {
  return globSync('monitoring/prometheus/rules/*.yml').flatMap((file) =>
    (parse(readFileSync(file, 'utf8')) as Rules).groups.flatMap(({ rules }) =>
      rules.flatMap(({ alert }) => alert ?? []),
    ),
  );
}

/** The pages that must exist, and the documents without what is gone. */
function pages(): Generated {
  const names = [
    ...allErrors().map(({ code }) => `${ERRORS}/${code}.md`),
    ...readAlerts().map((alert) => `${RUNBOOKS}/${runbookOf(alert)}`),
  ];
  // A page of the product may be in its own folder.
  const wanted = new Set(names.map((path) => (existsSync(join(PRODUCT, path)) ? join(PRODUCT, path) : path)));
  const places = [ERRORS, RUNBOOKS].flatMap((folder) => [`${folder}/*.md`, `${PRODUCT}/${folder}/*.md`]);
  const existing = globSync(places).filter((path) => basename(path) !== 'README.md');
  const surplus = new Set(existing.filter((path) => !wanted.has(path)));
  const all = globSync(['*.md', 'docs/**/*.md', `${PRODUCT}/docs/**/*.md`, 'terraform/*.md']);
  const documents = all.filter((path) => !surplus.has(path));
  const isGone = (path: string) => surplus.has(path) || isOfAbsentFeature(path);
  return {
    files: new Map(documents.map((path) => [path, withoutWhatIsGone(path, isGone)])),
    existing,
    missing: [...wanted].filter((path) => !existing.includes(path)),
  };
}

/** @returns the text of a document without rows and links that lead to something that is gone */
function withoutWhatIsGone(path: string, isGone: (target: string) => boolean): string {
  const leads = (target: string) => isGone(join(dirname(path), target.replace(/#.*/, '')));
  const lines = readFileSync(path, 'utf8').split('\n');
  const isRow = (line: string) =>
    (path === INDEX && leads(/^\| \[\w+\]\(([\w.-]+)\) \|/.exec(line)?.[1] ?? '')) ||
    (path === PROMISES && line.startsWith('| ') && isOfAbsentFeature(line));
  return lines
    .filter((line) => !isRow(line))
    .join('\n')
    .replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, (link, text, target) => (leads(target) ? text : link));
}

await runGenerator(import.meta.url, pages);
