/**
 * `npm run test:scim`: scim2-tester (PyPI) against the running service, once for people whom the organization governs and once for others; and
 * forty PATCHes and thirty filters whose results equal those of scim2-models (PyPI), or differ for a reason that is written beside the case.
 * It installs both into a folder that it deletes, and ends without a comparison where Python, pip or the network is missing.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import { freePort } from '../../../dev/free-port.ts';
import { isInstalled, shell } from '../../../scripts/programs.ts';
import { filters, patches, RESOURCE, USERS } from './testing/conformance/cases.ts';
import { createDirectory, type Directory, patchOp, type ScimService, startScimService } from './testing/scene.ts';

const PACKAGES = ['scim2-tester==0.5.2', 'scim2-models==0.12.3', 'scim2-client[httpx2]==0.13.2'];
const PROGRAMS = join(import.meta.dirname, 'testing/conformance');
/** The tester makes more people than an hour's invitations. */
const LIMITS_RESET_MS = 100;

const print = (line: string) => void process.stdout.write(`${line}\n`);
function fail(what: string, detail: string): void {
  process.exitCode = 1;
  print(`failed   ${what}\n${detail.trim().replace(/^/gm, '         ')}`);
}

const folder = await mkdtemp(join(tmpdir(), 'plinth-scim-'));
try {
  if (await install()) await tryAll();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function install(): Promise<boolean> {
  if (!isInstalled('python3')) {
    print('skipped: python3 is missing');
    return false;
  }
  const command = `python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check ${PACKAGES.map((each) => `'${each}'`).join(' ')}`;
  const { status, output } = await shell(command, folder);
  if (status !== 0) print(`skipped: ${PACKAGES.join(', ')} could not be installed\n${output.slice(-1_000)}`);
  return status === 0;
}

async function python(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(join(folder, 'venv/bin/python'), [join(PROGRAMS, program), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  return text(child.stdout);
}

async function tryAll(): Promise<void> {
  const port = await freePort();
  const service = await startScimService({ port, env: { API_URL: `http://127.0.0.1:${port}` } });
  const lifting = setInterval(() => {
    service.test.service.db.$client.query('delete from rate_limits').catch(() => {});
  }, LIMITS_RESET_MS);
  try {
    await check(service, 'people whom the organization invites');
    const governs = service.domains.governs;
    service.domains.governs = async () => true;
    await check(service, 'people whom the organization governs');
    service.domains.governs = governs;
    await compare(service);
  } finally {
    clearInterval(lifting);
    await service.test.close();
  }
}

interface Check {
  status: string;
  title: string;
  reason: string;
}

async function check(service: ScimService, whom: string): Promise<void> {
  const directory = await createDirectory(service);
  const output = await python('check.py', [`${service.test.url}/scim/v2`, directory.token.secret]);
  const checks = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Check);
  const wrong = checks.filter(({ status }) => !['SUCCESS', 'SKIPPED'].includes(status));
  for (const { status, title, reason } of wrong) fail(`scim2-tester: ${title} (${status})`, reason);
  const skipped = checks.filter(({ status }) => status === 'SKIPPED');
  if (checks.length === 0) fail('scim2-tester', 'it made no check');
  print(
    `${wrong.length === 0 ? 'passed' : 'failed'}   scim2-tester, ${whom}: ${checks.length} checks, ${skipped.length} skipped`,
  );
  for (const { title, reason } of skipped) print(`         skipped ${title}: ${reason}`);
}

async function compare(service: ScimService): Promise<void> {
  const input = {
    patches: patches.map(({ operations, resource }) => ({ operations, resource: { ...RESOURCE, ...resource } })),
    filters: filters.map(({ filter }) => filter),
    users: USERS,
  };
  const theirs = JSON.parse(await python('compare.py', [], JSON.stringify(input)));
  const patching = await createDirectory(service);
  for (const [nth, { operations, resource, differs }] of patches.entries()) {
    const ours = await patched(patching, { ...RESOURCE, ...resource }, operations);
    judge(`PATCH ${JSON.stringify(operations)}`, ours, normalized(theirs.patches[nth]), differs);
  }
  const filtering = await createDirectory(service);
  for (const body of USERS) await filtering.scim('/Users', { body });
  for (const [nth, { filter, differs }] of filters.entries()) {
    const { body } = await filtering.scim(`/Users?filter=${encodeURIComponent(filter)}`);
    const ours = body.Resources?.map(({ userName }: { userName: string }) => userName).sort() ?? { error: body.detail };
    const found = theirs.filters[nth];
    judge(filter, ours, Array.isArray(found) ? found.sort() : { error: found }, differs);
  }
  print(`compared ${patches.length} PATCHes and ${filters.length} filters with scim2-models`);
}

async function patched(directory: Directory, resource: object, operations: readonly object[]): Promise<unknown> {
  const created = await directory.scim('/Users', { body: resource });
  const { body, status } = await directory.scim(`/Users/${created.body.id}`, patchOp(...operations));
  await directory.scim(`/Users/${created.body.id}`, { method: 'DELETE' });
  return status === 200 ? normalized(body) : { error: body.detail };
}

/** Without what only a service has; without empty lists, and with no difference between a value that is not primary and one that does not say. */
function normalized(resource: Record<string, unknown>): unknown {
  const { id: _id, meta: _meta, schemas: _schemas, ...attributes } = resource;
  return JSON.parse(JSON.stringify(attributes), (key, value) => {
    const isNothing =
      (key === 'primary' && value === false) || key === 'schemas' || (Array.isArray(value) && value.length === 0);
    return isNothing ? undefined : value;
  });
}

function isError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'error' in value;
}

function judge(what: string, ours: unknown, theirs: unknown, differs: string | undefined): void {
  const isSame = isDeepStrictEqual(ours, theirs) || (isError(ours) && isError(theirs));
  if (isSame && differs === undefined) return;
  const both = `here:         ${JSON.stringify(ours)}\nscim2-models: ${JSON.stringify(theirs)}`;
  if (!isSame && differs !== undefined) print(`differs  ${what}: ${differs}`);
  else if (isSame) fail(what, `It is said to differ (${differs}), and does not: ${both}`);
  else fail(what, both);
}
