/**
 * `npm run check:statements -- FILE`: parses every statement that the tests have sent (`STATEMENTS_FILE=FILE npm test`) with PostgreSQL's own
 * parser, and holds those of the service to the rules of a sharded PostgreSQL. It fails for a statement that breaks a rule
 * and is no exception.
 */
import { loadModule, parseSync } from 'pgsql-parser';
import { loadPlacements } from '../app/placements.ts';
import { placementFaults } from '../app/platform/database/distribution.ts';
import { EXCEPTIONS } from './statements/exceptions.ts';
import { isOfService, readStatements } from './statements/reading.ts';
import { findingsOf, RULES, type Rule } from './statements/rules.ts';

const [file] = process.argv.slice(2);
if (!file) throw new Error('name the file: STATEMENTS_FILE=statements.jsonl npm test');

await loadModule();
const placements = await loadPlacements();
const tables = new Map(placements.map((table) => [table.name, table]));
const all = readStatements(file);
const own = all.filter(isOfService);
const used = new Set<number>();
const faults = placementFaults(placements);
let parsed = 0;
let excepted = 0;

for (const { text, senders, same } of own) {
  const { stmts } = parse(text);
  for (const { stmt } of stmts) {
    parsed++;
    const findings = findingsOf(stmt, tables, same);
    if (findings.length > 0) excepted++;
    for (const { rule, tables: about } of findings) {
      if (isException(rule, senders, about)) continue;
      faults.push(
        `${senders.join(', ') || '(unknown)'}: ${rule} (${about.join(', ')})\n    ${text.replace(/\s+/g, ' ').slice(0, 300)}`,
      );
    }
  }
}

const unused = EXCEPTIONS.length - used.size;
for (const fault of faults) process.stderr.write(`${fault}\n`);
for (const rule of new Set(faults.map((fault) => / ([a-z-]+) \(/.exec(fault)?.[1]))) {
  if (rule && rule in RULES) process.stderr.write(`${rule}: ${RULES[rule as Rule]}\n`);
}
process.stdout.write(
  `${all.length} statements recorded, ${own.length} of them of the service; ${parsed} parsed, ${excepted} excepted for one of ${EXCEPTIONS.length} reasons${unused > 0 ? ` (${unused} not needed)` : ''}; ${faults.length} faults\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;

function parse(text: string) {
  try {
    return parseSync(text) as { stmts: { stmt: object }[] };
  } catch (error) {
    faults.push(`cannot be parsed: ${text.slice(0, 200)}: ${(error as Error).message}`);
    return { stmts: [] };
  }
}

function isException(rule: Rule, senders: readonly string[], about: readonly string[]): boolean {
  const isOf = (file: string, sender: string) => (file.endsWith('/') ? sender.startsWith(file) : sender === file);
  const index = EXCEPTIONS.findIndex(
    ({ rules, files, tables: only }) =>
      rules.includes(rule) &&
      senders.some((sender) => files.some((file) => isOf(file, sender))) &&
      (!only || about.every((table) => only.includes(table))),
  );
  if (index >= 0) used.add(index);
  return index >= 0;
}
