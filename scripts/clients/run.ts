/**
 * `npm run test:clients`: reads the OpenAPI document of the running service with what others read it with. Clients are generated,
 * compiled, and each performs one journey; linters look at the document; schemathesis sends requests drawn from it. Prints a table for
 * `docs/clients.md`. Exits with 1 when anything fails. Names as arguments choose: `npm run test:clients -- orval oapi-codegen`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clients } from './clients.ts';
import { linters, tryLinter } from './linters.ts';
import { schemathesis, trySchemathesis } from './schemathesis.ts';
import { startDevelopmentService } from './service.ts';
import { type Result, tryClient } from './trial.ts';

const known = [...clients, ...linters, schemathesis].map(({ name }) => name);
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`Unknown: ${unknown.join(', ')}. There is ${known.join(', ')}.\n`);
  process.exit(2);
}
const wanted = ({ name }: { name: string }) => chosen.length === 0 || chosen.includes(name);

const folder = await mkdtemp(join(tmpdir(), 'plinth-clients-'));
const service = await startDevelopmentService();
const results: Result[] = [];
try {
  const document = await (await fetch(`${service.apiUrl}/openapi.json`)).text();
  for (const linter of linters.filter(wanted)) note(await tryLinter(linter, join(folder, linter.name), document));
  for (const client of clients.filter(wanted)) {
    note(await tryClient(client, join(folder, client.name), document, service));
  }
  if (wanted(schemathesis)) note(await trySchemathesis(join(folder, schemathesis.name), service));
} finally {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
}
printTable();
process.exitCode = results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;

function note(result: Result): void {
  results.push(result);
  const { name, outcome, findings, output } = result;
  process.stdout.write(`${outcome.padEnd(8)} ${name.padEnd(24)} ${findings.join(', ')}\n`);
  if (output) process.stdout.write(`${output.trim().slice(-4_000).replace(/^/gm, '         ')}\n`);
}

function printTable(): void {
  const rows = results.map(({ language, versions, findings }) => [language, versions, ...findings]);
  const table = [
    ['for', 'tried with', 'generates without a warning', 'compiles', 'journey'],
    Array(5).fill('---'),
    ...rows,
  ];
  process.stdout.write(`\n${table.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`);
}
