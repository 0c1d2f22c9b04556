/** `scripts/bootstrap.cjs` in scratch folders, with packages that are folders beside them: npm needs no network. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import {
  cpSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';

type Manifest = { dependencies?: Record<string, string>; usedIn?: string[] };
const manifestOf = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const GROUPS = globSync('tools/*/package.json').filter((file) => manifestOf(file).usedIn);

/** Programs that are not called as their package. */
const PROGRAMS: Record<string, string> = { '@biomejs/biome': 'biome', typescript: 'tsc' };
/** Others need them beside themselves. */
const PEERS = new Set(['react-dom', '@lezer/highlight', '@lezer/lr']);

/** A repository whose service uses `base`, and whose group `checks` uses `tool`, which brings a `base` of its own. */
function clone(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'plinth-bootstrap-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const write = (file: string, content: object) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), JSON.stringify(content));
  };
  write('made/base/package.json', { name: 'base', version: '1.0.0' });
  write('made/newer/package.json', { name: 'base', version: '2.0.0' });
  write('made/tool/package.json', { name: 'tool', version: '1.0.0' });
  write('package.json', { name: 'service', version: '1.0.0', dependencies: { base: packed(root, 'base') } });
  const dependencies = { tool: packed(root, 'tool') };
  write('tools/checks/package.json', { name: 'checks', version: '1.0.0', usedIn: ['app', 'test'], dependencies });
  mkdirSync(join(root, 'app'));
  mkdirSync(join(root, 'scripts'));
  cpSync('scripts/bootstrap.cjs', join(root, 'scripts/bootstrap.cjs'));
  for (const folder of ['.', 'tools/checks']) npm(join(root, folder), 'install', '--package-lock-only');
  return root;
}

function packed(root: string, name: string): string {
  const folder = join(root, 'made', name);
  return `file:${join(folder, npm(folder, 'pack', '--silent').trim())}`;
}

function npm(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

async function bootstrap(root: string, ...groups: string[]): Promise<string> {
  const { npm_execpath: _, npm_config_user_agent: __, ...env } = process.env;
  const { stderr } = await promisify(execFile)(process.execPath, ['scripts/bootstrap.cjs', ...groups], {
    cwd: root,
    env: { ...env, npm_config_offline: 'true' },
  });
  return stderr;
}

describe('the bootstrap', { timeout: 240_000 }, () => {
  it('installs what running needs and no tools, then a group when a command asks for it, once for two at once', async (t) => {
    const root = clone(t);
    assert.match(await bootstrap(root), /First use: installing the packages/);
    assert.deepEqual(globSync('{tools/*,app}/node_modules', { cwd: root }), []);
    const used = statSync(join(root, 'node_modules/base/package.json'));

    const said = await Promise.all([bootstrap(root, 'checks'), bootstrap(root, 'checks')]);
    assert.equal(said.join('').match(/installing the tools of checks/g)?.length, 1, said.join(''));
    // `test` is not there, and gets nothing.
    assert.deepEqual(globSync('{app,test}/node_modules/*', { cwd: root }), ['app/node_modules/tool']);
    const at = (file: string) => realpathSync(join(root, file));
    assert.equal(at('app/node_modules/tool'), at('tools/checks/node_modules/tool'));
    // The folder that a service uses is as it was.
    const now = statSync(join(root, 'node_modules/base/package.json'));
    assert.deepEqual([now.ino, now.mtimeMs], [used.ino, used.mtimeMs]);
    assert.doesNotMatch(await bootstrap(root, 'checks'), /install/);
  });

  it('installs again what differs from its lock file, and repairs a link that leads nowhere', async (t) => {
    const root = clone(t);
    await bootstrap(root, 'checks');
    const tool = join(root, 'tools/checks/node_modules');
    rmSync(join(root, 'app/node_modules/tool'));
    assert.doesNotMatch(await bootstrap(root, 'checks'), /install/);
    assert.ok(lstatSync(join(root, 'app/node_modules/tool')).isSymbolicLink());
    rmSync(join(tool, '.package-lock.json'));
    assert.match(await bootstrap(root, 'checks'), /tools\/checks\/node_modules differs from its package-lock\.json/);
    assert.ok(statSync(join(root, 'app/node_modules/tool/package.json')).isFile());
  });
});

describe('a package that npm has recorded and not installed', { timeout: 120_000 }, () => {
  it('is installed: npm writes its record when only the lock file should change', async (t) => {
    const root = clone(t);
    await bootstrap(root, 'checks');
    const checks = join(root, 'tools/checks');
    npm(checks, 'install', '--package-lock-only', `added@${packed(root, 'newer')}`);
    assert.match(await bootstrap(root, 'checks'), /differs from its package-lock\.json/);
    assert.ok(statSync(join(checks, 'node_modules/added/package.json')).isFile());
  });
});

describe('the groups of tools', () => {
  it('name exact versions, those of the service where it uses the package too, and no package that a link would hide', () => {
    assert.ok(GROUPS.length >= 4, GROUPS.join());
    const versions = new Map<string, string>();
    const direct = manifestOf('package.json') as Manifest & { devDependencies: Record<string, string> };
    const own = { ...direct.dependencies, ...direct.devDependencies };
    for (const file of GROUPS) {
      const { dependencies = {}, usedIn = [] } = manifestOf(file);
      for (const [name, version] of Object.entries(dependencies)) {
        assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, `${file}: ${name}`);
        assert.equal(versions.get(name) ?? version, version, `${file}: another version of ${name}`);
        versions.set(name, version);
        assert.ok(!(name in own), `${file}: the service names ${name} too; a link in ${usedIn} would hide its copy`);
      }
    }
  });

  it('have no package that nothing uses', () => {
    const sources = globSync(
      ['{app,bench,dev,emails,monitoring,packages,scripts,test}/**/*.{ts,tsx}', 'tools/*/package.json'],
      { exclude: (path) => path.includes('node_modules') },
    ).map((file) => readFileSync(file, 'utf8').replace(/"dependencies"[^}]*}/, ''));
    for (const file of GROUPS) {
      for (const name of Object.keys(manifestOf(file).dependencies ?? {})) {
        if (PEERS.has(name)) continue;
        const uses = new RegExp(
          `['"](.*node_modules/)?${name}(/[^'"]*)?['"]|checkTool\\('${PROGRAMS[name] ?? name}'\\)|\\.bin/${PROGRAMS[name] ?? name}`,
        );
        assert.ok(
          sources.some((source) => uses.test(source)),
          `${file}: ${name}`,
        );
      }
    }
  });
});
