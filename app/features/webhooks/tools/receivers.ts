/**
 * `npm run test:receivers`: verifies the example of every event, signed as the service signs it, with the libraries that receivers use, in each
 * language that is at hand. Prints the table of `docs/webhooks.md`. Exits with 1 when a library takes or refuses what it should not. Languages as
 * arguments choose: `npm run test:receivers -- Go Rust`.
 */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isInstalled, shell } from '../../../../scripts/programs.ts';
import { type Case, casesOf, toLines } from './receivers/cases.ts';
import { type Receiver, receivers } from './receivers/libraries.ts';

const chosen = process.argv.slice(2);
const wanted = ({ language }: Receiver) => chosen.length === 0 || chosen.includes(language);
const folder = await mkdtemp(join(tmpdir(), 'plinth-receivers-'));
const rows: string[][] = [];
try {
  for (const receiver of receivers.filter(wanted))
    rows.push(...(await tryReceiver(receiver, join(folder, receiver.language))));
} finally {
  await rm(folder, { recursive: true, force: true });
}
const table = [['language', 'library', 'version', 'verified'], Array(4).fill('---'), ...rows];
process.stdout.write(`\n${table.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`);

/** @returns a row of the table for each library */
async function tryReceiver(
  { language, libraries, needs, files, build, run }: Receiver,
  own: string,
): Promise<string[][]> {
  const named = Object.entries(libraries);
  const all = (finding: string) => named.map(([library, version]) => [language, library, version, finding]);
  const missing = needs.filter((program) => !isInstalled(program));
  if (missing.length > 0) return all(`not tried: needs ${missing.join(', ')}`);
  for (const [file, place] of Object.entries(files)) {
    await mkdir(dirname(join(own, place)), { recursive: true });
    await copyFile(join(import.meta.dirname, 'receivers', 'programs', file), join(own, place));
  }
  const built = await shell(build, own);
  if (built.status !== 0) return failed(all('could not be built'), built.output);
  // Signed when it is verified: building takes minutes.
  const cases = casesOf(new Date());
  await writeFile(join(own, 'cases.tsv'), toLines(cases));
  const { status, output } = await shell(run, own);
  if (status !== 0) return failed(all('failed'), output);
  return named.map(([library, version]) => {
    const verdicts = new RegExp(`^${library} ([01]+)$`, 'm').exec(output)?.[1] ?? '';
    const wrong = wronglyJudged(cases, verdicts);
    if (wrong.length > 0) return failed([[language, library, version, `${wrong.length} wrong`]], wrong.join('\n'))[0]!;
    process.stdout.write(`passed   ${language} ${library} ${version}: ${cases.length} cases\n`);
    return [language, library, version, 'yes'];
  });
}

function wronglyJudged(cases: readonly Case[], verdicts: string): string[] {
  return cases
    .filter(({ genuine }, index) => verdicts[index] !== (genuine ? '1' : '0'))
    .map(({ about, genuine }) => `${about}: should be ${genuine ? 'accepted' : 'refused'}`);
}

function failed(found: string[][], output: string): string[][] {
  process.exitCode = 1;
  process.stdout.write(`failed   ${found[0]!.join(' ')}\n${output.trim().slice(-4_000).replace(/^/gm, '         ')}\n`);
  return found;
}
