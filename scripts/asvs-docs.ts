/**
 * Generates `docs/security/asvs.md`: each requirement of OWASP ASVS 5.0 V6 to V10 with the tests that show it, or the reason why there are none.
 * `--write` writes it. `--check` fails if it is stale, if a requirement has no evidence, or if a named test or heading does not exist.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { authentication } from './asvs/authentication.ts';
import { authorization } from './asvs/authorization.ts';
import type { Chapter, Evidence } from './asvs/evidence.ts';
import { oauth } from './asvs/oauth.ts';
import { sessions } from './asvs/sessions.ts';
import { tokens } from './asvs/tokens.ts';
import { isOfAbsentFeature } from './source/order.ts';

const FILE = 'docs/security/asvs.md';
const evidence = ofFeaturesHere({ ...authentication, ...sessions, ...authorization, ...tokens, ...oauth });

/** The evidence without tests of features that this product does not have. A requirement that only those tests show does not apply. */
function ofFeaturesHere(chapter: Chapter): Chapter {
  return Object.fromEntries(
    Object.entries(chapter).map(([id, given]) => {
      const tests = (given.tests ?? []).filter(([file]) => !isOfAbsentFeature(file));
      const { tests: all, ...rest } = given;
      const kept: Evidence = { ...rest, ...(tests.length > 0 && { tests }) };
      const noneLeft = all !== undefined && !isGiven(kept);
      return [id, noneLeft ? { absent: 'the feature that it is about is not part of this product' } : kept];
    }),
  );
}

interface Requirement {
  id: string;
  level: number;
  section: string;
  text: string;
}
const requirements = JSON.parse(readFileSync('test/vectors/asvs/requirements.json', 'utf8')) as Requirement[];

const HEADER = `# OWASP ASVS 5.0, chapters V6 to V10

Made from \`scripts/asvs/\`: \`npm run generate\`. Each requirement names the tests that would fail if it were not met. Otherwise it says in one line why it does
not apply (–) or is not met (**open**). \`npm run check\` fails if a requirement has neither, or names a test that does not exist. The requirements are those of the
[OWASP Application Security Verification Standard](https://owasp.org/www-project-application-security-verification-standard/), CC BY-SA 4.0.

`;

/** The errors in the evidence; empty if there are none. */
function faults(): string[] {
  const known = new Set(requirements.map(({ id }) => id));
  return [
    ...requirements.filter(({ id }) => !isGiven(evidence[id])).map(({ id }) => `${id} has no evidence`),
    ...Object.keys(evidence)
      .filter((id) => !known.has(id))
      .map((id) => `${id} is not a requirement`),
    ...Object.entries(evidence).flatMap(([id, { tests = [], document }]) => [
      ...tests
        .filter(([file, title]) => !titlesOf(file).some((one) => one.startsWith(title)))
        .map(([file, title]) => `${id}: ${file} has no test "${title}…"`),
      ...(document && !hasHeading(document) ? [`${id}: ${document} does not exist`] : []),
    ]),
  ];
}

function isGiven(given: Evidence | undefined): boolean {
  return Boolean(given && (given.tests?.length || given.document || given.absent || given.open));
}

const titles = new Map<string, string[]>();

function titlesOf(file: string): string[] {
  const found =
    titles.get(file) ??
    [...readFileSync(file, 'utf8').matchAll(/\b(?:it|test)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g)].map(
      ([, , title]) => title!,
    );
  titles.set(file, found);
  return found;
}

function hasHeading(reference: string): boolean {
  const [file = '', anchor = ''] = reference.split('#');
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return headings.some(
    (heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-') === anchor,
  );
}

function asvsDocument(): string {
  const counts = { tests: 0, document: 0, absent: 0, open: 0 };
  let section = '';
  const lines = requirements.flatMap(({ id, level, section: name, text }) => {
    const given = evidence[id]!;
    for (const kind of ['open', 'tests', 'document', 'absent'] as const) {
      if (given[kind]?.length) {
        counts[kind]++;
        break;
      }
    }
    const row = `| ${id} | ${level} | ${text.replaceAll('|', '\\|').replace(/^Verify that /, '')} | ${show(given)} |`;
    if (section === name) return [row];
    section = name;
    return [
      '',
      `## ${id.replace(/\.\d+$/, '')} ${name}`,
      '',
      '| id | level | verify that | shown by |',
      '|---|---|---|---|',
      row,
    ];
  });
  const summary = `${requirements.length} requirements: ${counts.tests} shown by tests, ${counts.document} by a document, ${counts.absent} do not apply, ${counts.open} open.\n`;
  return `${HEADER}${summary}${lines.join('\n')}\n`;
}

function show({ tests = [], document, absent, open }: Evidence): string {
  const byFile = Map.groupBy(tests, ([file]) => file);
  return [
    ...[...byFile].map(
      ([file, named]) => `\`${basename(file)}\`: ${named.map(([, title]) => `“${title}…”`).join(', ')}`,
    ),
    ...(document ? [`[${document}](${relative('docs/security', document)})`] : []),
    ...(absent ? [`– ${absent}`] : []),
    ...(open ? [`**open** ${open}`] : []),
  ].join('<br>');
}

const [mode] = process.argv.slice(2);
const found = faults();
if (found.length > 0) {
  process.stderr.write(`${found.join('\n')}\n`);
  process.exitCode = 1;
} else if (mode === '--write') {
  writeFileSync(FILE, asvsDocument());
} else if (mode !== '--check') {
  process.stderr.write('Usage: node_modules/.bin/node scripts/asvs-docs.ts --write | --check\n');
  process.exitCode = 2;
} else if (readFileSync(FILE, 'utf8') !== asvsDocument()) {
  process.stderr.write(`${FILE} is stale: npm run generate\n`);
  process.exitCode = 1;
}
