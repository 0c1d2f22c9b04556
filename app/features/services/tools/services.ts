/**
 * `npm run test:services`: runs the snippets of `docs/your-second-service.md` against a running service, before, during and after a rotation of
 * its keys, and prints the table of that page. Exits with 1 when a library takes or refuses what it should not. Languages as arguments choose:
 * `npm run test:services -- Go Python`.
 */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { registerPerson } from '../../../../scripts/clients/person.ts';
import { type DevelopmentService, startDevelopmentService } from '../../../../scripts/clients/service.ts';
import { isInstalled, shell } from '../../../../scripts/programs.ts';
import { makeServiceClient } from '../clients.ts';
import { type Verifier, verifiers } from './services/libraries.ts';
import { createIssuing, type Issuing, type Trial } from './services/tokens.ts';
import { type RunningVerifier, startVerifier } from './services/verifier.ts';

const AUDIENCE = 'https://reports.example.com';
const OTHER_AUDIENCE = 'search';
/** Longer than the 30 seconds for which several libraries do not fetch the keys again. */
const LEAD_MINUTES = 1;
const PAGE = new URL('../../../../docs/your-second-service.md', import.meta.url);

const chosen = process.argv.slice(2);
const wanted = verifiers.filter(({ language }) => chosen.length === 0 || chosen.includes(language));
const folder = await mkdtemp(join(tmpdir(), 'plinth-services-'));
const clients = [makeServiceClient('reports', [AUDIENCE]), makeServiceClient('search', [OTHER_AUDIENCE])];
process.env.SERVICE_CLIENTS = clients.map(({ entry }) => entry).join(',');

/** Finding by `language library`. */
const findings = new Map<string, string>();
const page = await readFile(PAGE, 'utf8');
const built: Verifier[] = [];
for (const verifier of wanted) if (await build(verifier)) built.push(verifier);
const service = await startDevelopmentService();
const running: RunningVerifier[] = [];
try {
  for (const verifier of built)
    for (const library of Object.keys(verifier.libraries))
      running.push(
        startVerifier([...verifier.run, library, service.apiUrl, AUDIENCE], {
          cwd: join(folder, verifier.language),
          name: `${verifier.language} ${library}`,
        }),
      );
  await tryAll(service);
} finally {
  for (const verifier of running) await verifier.stop();
  await service.stop();
  await rm(folder, { recursive: true, force: true });
}
printTable();

async function build({ language, libraries, needs, snippets, files, build: command }: Verifier): Promise<boolean> {
  const all = (finding: string) => {
    for (const library of Object.keys(libraries)) findings.set(`${language} ${library}`, finding);
  };
  const missing = needs.filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    all(`not tried: needs ${missing.join(', ')}`);
    return false;
  }
  const own = join(folder, language);
  for (const place of [...Object.values(snippets), ...Object.values(files)])
    await mkdir(dirname(join(own, place)), { recursive: true });
  for (const [name, place] of Object.entries(snippets)) await writeFile(join(own, place), snippetOf(name));
  for (const [file, place] of Object.entries(files))
    await copyFile(join(import.meta.dirname, 'services/programs', file), join(own, place));
  const { status, output } = await shell(command, own);
  if (status !== 0) {
    all('could not be built');
    fail(language, output.slice(-4_000));
  }
  return status === 0;
}

/** The block of code of the page that has this name. @throws Error */
function snippetOf(name: string): string {
  const found = page.split('\n```').find((block) => block.split('\n', 1)[0]!.endsWith(` ${name}`));
  if (!found) throw new Error(`docs/your-second-service.md has no snippet ${name}`);
  return `${found.slice(found.indexOf('\n') + 1)}\n`;
}

async function tryAll(on: DevelopmentService): Promise<void> {
  const issuing = createIssuing(on.apiUrl, await registerPerson(on));
  const before = await issuing.token(AUDIENCE);
  await ask('before the rotation', [
    ...(await issuing.trials(AUDIENCE, OTHER_AUDIENCE)),
    { about: 'a token', token: before, subject: issuing.subject },
  ]);
  await rotate(on);
  await ask('once the next key is published', await issuing.trials(AUDIENCE, OTHER_AUDIENCE));
  process.stdout.write(`waiting  until the next key signs: ${LEAD_MINUTES} minute\n`);
  await untilAnotherKeySigns(issuing, before);
  await ask('once the next key signs', [
    ...(await issuing.trials(AUDIENCE, OTHER_AUDIENCE)),
    { about: 'a token of the key before', token: before, subject: issuing.subject },
  ]);
}

/** With the command of operators, in the surroundings of the running service. */
async function rotate({ apiUrl }: DevelopmentService): Promise<void> {
  const command = `${process.execPath} app/cli.ts keys rotate --lead ${LEAD_MINUTES}`;
  const root = join(import.meta.dirname, '../../../..');
  const { status, output } = await shell(command, root, { PORT: new URL(apiUrl).port });
  if (status !== 0) throw new Error(`the keys were not rotated: ${output}`);
}

async function untilAnotherKeySigns(issuing: Issuing, before: string): Promise<void> {
  const header = (token: string) => token.split('.')[0];
  const deadline = performance.now() + (LEAD_MINUTES + 1) * 60_000;
  while (header(await issuing.token(AUDIENCE)) === header(before)) {
    if (performance.now() > deadline) throw new Error('the next key does not sign');
    await delay(1_000);
  }
}

async function ask(when: string, trials: readonly Trial[]): Promise<void> {
  for (const verifier of running) {
    const wrong: string[] = [];
    for (const { about, token, subject } of trials) {
      const answer = await verifier.ask(token);
      const isRight = subject === undefined ? answer.startsWith('refused ') : answer === `accepted ${subject}`;
      if (!isRight) wrong.push(`${about}: ${answer}`);
    }
    if (wrong.length > 0) {
      findings.set(verifier.name, 'failed');
      fail(`${verifier.name}, ${when}`, wrong.join('\n'));
    } else process.stdout.write(`passed   ${verifier.name}, ${when}: ${trials.length} tokens\n`);
  }
}

function fail(what: string, output: string): void {
  process.exitCode = 1;
  process.stdout.write(`failed   ${what}\n${output.trim().replace(/^/gm, '         ')}\n`);
}

function printTable(): void {
  process.stdout.write('\n| language | library | version |\n|---|---|---|\n');
  for (const { language, libraries } of wanted)
    for (const [library, version] of Object.entries(libraries)) {
      const finding = findings.get(`${language} ${library}`);
      process.stdout.write(`| ${language} | ${library} | ${version}${finding ? ` (${finding})` : ''} |\n`);
    }
}
