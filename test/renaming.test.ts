/** `npm run rename` in a scratch copy, and what the renamed service shows. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { removeCluster } from '../dev/postgres-cluster.ts';
import { checkTool } from '../scripts/programs.ts';
import { KEPT } from '../scripts/rename/kept.ts';
import { copyRepository } from '../scripts/scratch/copy.ts';
import { eventually } from './conditions.ts';
import { ownPorts } from './own-ports.ts';
import { request } from './service.ts';

const FILES = ['app/product/brand.ts', 'app/product/product.json'];
const NAME = `Joe's "Acme" & Söhne, $& \\ Co`;
const PATIENCE_MS = 60_000;

describe('npm run rename', { timeout: 240_000 }, () => {
  let root: string;
  before(() => {
    root = copyRepository();
    execFileSync('git', ['add', '--all'], { cwd: root });
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const rename = (...args: string[]) => node('scripts/rename.ts', ...args);
  const changed = () =>
    execFileSync('git', ['diff', '--name-only'], { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
  const text = (file: string) => readFileSync(join(root, file), 'utf8');

  it('refuses a name that something could not show, says why, and writes nothing', () => {
    const refused: Record<string, RegExp> = {
      '': /empty/,
      '  ': /empty/,
      '\u200b': /empty/,
      'Acme\nCloud': /control character, a line end/,
      'Acme\u202eCloud': /invisible/,
      'Acme: Cloud': /colon.*authenticator/,
      ['a'.repeat(61)]: /61 characters.*at most 60/,
    };
    for (const [name, why] of Object.entries(refused)) {
      const { status, stderr } = rename(name);
      assert.match(stderr, why);
      assert.equal(status, 2);
    }
    assert.match(rename().stderr, /Usage/);
    assert.match(rename('Acme', 'Cloud').stderr, /in quotes/);
    assert.deepEqual(changed(), []);
  });

  it('writes two files as the formatter would, leaves generated files fresh, and changes nothing a second time', () => {
    const first = rename(NAME);
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /Written: app\/product\/brand\.ts, app\/product\/product\.json/);
    assert.deepEqual(changed(), FILES);
    assert.equal(JSON.parse(text(FILES[1]!)).name, NAME);
    const print = `import { brand } from './app/product/brand.ts'; process.stdout.write(brand.name)`;
    assert.equal(node('--input-type=module', '--eval', print).stdout, NAME);
    for (const script of ['env-example.ts', 'product-json.ts', 'compile-emails.ts'])
      assert.equal(node(`scripts/${script}`, '--check').status, 0, script);
    const biome = spawnSync(checkTool('biome'), ['ci', ...FILES], { cwd: root, encoding: 'utf8' });
    assert.equal(biome.status, 0, biome.stdout + biome.stderr);

    const times = FILES.map((file) => statSync(join(root, file)).mtimeMs);
    assert.match(rename(NAME).stdout, /Nothing to do/);
    assert.deepEqual(
      FILES.map((file) => statSync(join(root, file)).mtimeMs),
      times,
    );
  });

  it('lists names that are kept, and each of them stands where the list says', () => {
    const { stdout } = rename(NAME);
    for (const { what, name, file, why } of KEPT) {
      assert.ok(stdout.includes(what) && stdout.includes(why), what);
      const files = file.includes('.') ? [file] : globSync(`${file}/*.sql`);
      assert.ok(
        files.some((one) => readFileSync(one, 'utf8').toLowerCase().includes(name.toLowerCase())),
        `${file} has no ${name}`,
      );
    }
  });

  it('shows the name in pages, in the document and in emails, and the name of the foundation nowhere', async (t) => {
    const ports = await runService(t);
    const api = `http://127.0.0.1:${ports.PORT}`;
    const escaped = NAME.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
    for (const path of ['/', '/docs', '/docs/errors', '/openapi.json', '/llms.txt']) {
      const page = await fetch(`${api}${path}`).then((answer) => answer.text());
      assert.ok(
        [NAME, escaped, JSON.stringify(NAME).slice(1, -1)].some((name) => page.includes(name)),
        path,
      );
      assert.doesNotMatch(page, /Plinth/, path);
    }
    const body = { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada' };
    assert.equal((await request(`${api}/v1/users`, { body })).status, 202);
    const emails = async () => (await request(`http://127.0.0.1:${ports.MAILBOX_PORT}/api/email`)).body;
    await eventually('the email arrives', async () => (await emails()).length === 1, PATIENCE_MS);
    const [email] = await emails();
    assert.equal(email.from[0].name, NAME);
    assert.ok(email.text.includes(NAME));
    assert.doesNotMatch(email.html, /Plinth/);
  });

  it('works in a copy without Git, and writes nothing where it cannot find the name', () => {
    rmSync(join(root, '.git'), { recursive: true });
    const renamed = rename('Acme Cloud');
    assert.equal(renamed.status, 0, renamed.stderr);
    assert.match(text(FILES[0]!), /^ {2}name: 'Acme Cloud',$/m);

    writeFileSync(join(root, FILES[0]!), text(FILES[0]!).replace("name: 'Acme Cloud'", 'name: process.title'));
    const lost = rename('Other');
    assert.equal(lost.status, 2);
    assert.match(lost.stderr, /brand\.ts has 0 lines like .*by hand/);
    assert.equal(JSON.parse(text(FILES[1]!)).name, 'Acme Cloud');
  });

  /** Runs the service of the copy in development. @returns its ports */
  async function runService(t: TestContext): Promise<Record<string, string>> {
    const ports = await ownPorts(t);
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
    const child = spawn(process.execPath, ['app/main.ts', 'all'], {
      cwd: root,
      env: { ...inherited, ...ports },
      stdio: 'ignore',
    });
    t.after(async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await removeCluster(join(root, '.plinth', ports.PORT, 'postgres'));
    });
    const isReady = () =>
      request(`http://127.0.0.1:${ports.PORT}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      );
    await eventually('the service is ready', isReady, PATIENCE_MS);
    return ports;
  }
});
