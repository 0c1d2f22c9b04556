/**
 * schemathesis, pinned: sends requests that it draws from the document, and checks the answers. It plays a stranger, a person with an
 * organization, a person who leaves, and two people who must not see each other's objects. Each finding fails unless
 * `docs/clients.md` gives a reason for it.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isInstalled, shell } from '../programs.ts';
import { type Person, registerPerson } from './person.ts';
import type { DevelopmentService } from './service.ts';
import { place, type Result } from './trial.ts';

export const schemathesis = { name: 'schemathesis', language: 'the document', versions: 'schemathesis 4.32.5' };

const INSTALL = 'python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5';
const SEED = 20261129;
/** Characters of one finding. */
const MAX_SHOWN = 700;

/** Operations that end the caller's session, account or organization, so that the other requests of a run would be refused. */
const LEAVING = ['deleteCurrentSession', 'deleteSession', 'revokeSession', 'deleteMe', 'deleteOrganization'];

interface Run {
  readonly seconds: number;
  /** Lines of `schemathesis.toml`. */
  readonly settings: readonly string[];
  readonly options: readonly string[];
}

/** @returns with the findings that have no reason as its output */
export async function trySchemathesis(folder: string, service: DevelopmentService): Promise<Result> {
  if (!isInstalled('python3')) return { ...schemathesis, outcome: 'skipped', findings: ['needs python3'] };
  await mkdir(folder, { recursive: true });
  const installed = await shell(INSTALL, folder);
  if (installed.status !== 0) return failed(installed.output);
  const explained = await explainedFindings();
  const unexplained = new Map<string, string>();
  for (const run of await prepareRuns(folder, service)) {
    const printed = await perform(run, folder, service.apiUrl);
    // It exits with 1 if there are findings, and prints a summary unless something else went wrong.
    if (!printed.includes('= SUMMARY =') || printed.includes('= ERRORS =')) return failed(printed);
    for (const { finding, text } of findingsIn(printed)) if (!explained.has(finding)) unexplained.set(finding, text);
  }
  if (unexplained.size === 0) return { ...schemathesis, outcome: 'passed', findings: ['no finding without a reason'] };
  return failed([...unexplained].map(([finding, text]) => `${finding}\n${text}`).join('\n'));
}

const failed = (output: string): Result => ({ ...schemathesis, outcome: 'failed', findings: ['findings'], output });

async function prepareRuns(folder: string, service: DevelopmentService): Promise<Run[]> {
  const [member, leaver, ...peers] = await Promise.all([1, 2, 3, 4].map(() => registerPerson(service)));
  const users = peers.map(({ token }, index) => ({
    name: `person-${index}`,
    fixedHeaders: [{ name: 'Authorization', value: `Bearer ${token}` }],
  }));
  // The format is YAML, which includes JSON.
  await writeFile(join(folder, 'people.yaml'), JSON.stringify({ auth: users }));
  return [
    { seconds: 120, settings: [], options: [] },
    {
      seconds: 220,
      settings: owned(member!),
      options: [bearer(member!), ...LEAVING.map((id) => `--exclude-operation-id ${id}`)],
    },
    {
      seconds: 30,
      settings: owned(leaver!),
      options: [bearer(leaver!), ...LEAVING.map((id) => `--include-operation-id ${id}`)],
    },
    {
      seconds: 90,
      settings: ['[auth.wfc]', 'path = "people.yaml"', `peers = ${JSON.stringify(users.map(({ name }) => name))}`],
      options: [
        '--checks object_level_authorization,ignored_auth,not_a_server_error',
        ...LEAVING.map((id) => `--exclude-operation-id ${id}`),
      ],
    },
  ];
}

const bearer = ({ token }: Person) => `-H "Authorization: Bearer ${token}"`;
const owned = ({ organizationId }: Person) => ['[parameters]', `"path.organizationId" = "${organizationId}"`];

/** @returns what it printed */
async function perform({ seconds, settings, options }: Run, folder: string, apiUrl: string): Promise<string> {
  await writeFile(join(folder, 'schemathesis.toml'), `${settings.join('\n')}\n`);
  const command = `venv/bin/schemathesis --config-file schemathesis.toml run ${apiUrl}/openapi.json --no-color --continue-on-failure \
    --generation-allow-x00 false --max-time ${seconds} --max-examples 12 --seed ${SEED} ${options.join(' ')}`;
  return (await shell(command, folder)).output;
}

interface Finding {
  readonly finding: string;
  readonly text: string;
}

/**
 * Finds them in the text that is printed, which is the only report that contains answers.
 * @returns each as `ST202 invalid_cursor`, by the problem code that was answered and the place of the value, if there is one; those without a
 *   code, and those that are not about a value, as `ST204 DELETE /v1/…`
 */
function findingsIn(printed: string): Finding[] {
  const failures = /= FAILURES =.*?(?== WARNINGS =|= SUMMARY =)/s.exec(printed)?.[0] ?? '';
  return failures.split(/^_+ (?=.* _+$)/m).flatMap((section) => {
    const operation = /^(.*?) _+$/m.exec(section)?.[1];
    return section
      .split(/^- (?=ST\d+ )/m)
      .slice(1)
      .map((text) => {
        const code = /"code":"(\w+)"/.exec(text)?.[1];
        const path = /"errors":\[\{"in":"\w+","path":"([^"]*)"/.exec(text)?.[1];
        // A refused or accepted value is explained by its code, everything else by its operation.
        const isValue = /^ST20[12]/.test(text) && code !== undefined;
        const what = isValue ? [code, path].filter(Boolean).join(' ') : operation;
        return { finding: `${text.slice(0, 5)} ${what}`, text: `${operation}\n${text.trim().slice(0, MAX_SHOWN)}\n` };
      });
  });
}

/** Reads the findings that have a reason from the table of the documentation. */
async function explainedFindings(): Promise<Set<string>> {
  const text = await readFile(place('..', '..', 'docs', 'clients.md'), 'utf8');
  const cells = Array.from(text.matchAll(/^\| (`ST.*?) \|/gm), ([, cell]) => cell!);
  return new Set(cells.flatMap((cell) => Array.from(cell.matchAll(/`(.*?)`/g), ([, finding]) => finding!)));
}
