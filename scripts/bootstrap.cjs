// biome-ignore-all lint/style/useNodejsImportProtocol: older versions of Node.js don't know it

/**
 * Makes `npm start`, `npm test` and similar scripts work in a fresh clone: installs the dependencies in the lock file, and ensures that `node` in
 * an npm script can run the TypeScript sources. npm's pre-scripts call it.
 *
 * `node scripts/bootstrap.cjs checks emails` installs these groups of `tools/` too, each from its own lock file into its own folder, so that the
 * folder that a running service uses stays as it is. Folders named in `usedIn` get links to the packages that the group names.
 *
 * It runs before the pinned Node.js exists, so it must work on any Node.js from 12 on: no newer syntax, no dependencies. The pinned Node.js is
 * node_modules/.bin/node, which npm puts first on the PATH of every script.
 */
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const root = path.resolve(__dirname, '..');
const modules = path.join(root, 'node_modules');
const pinned = path.join(modules, '.bin', 'node');
const setAside = `${pinned}.unusable`;
const lock = path.join(root, '.plinth', 'install.lock');
const LOCK_LIMIT_MS = 15 * 60 * 1000;

const groups = process.argv.slice(2).map((name) => path.join(root, 'tools', name));
const isReady = () => isInstalled(root) && groups.every((group) => isInstalled(group) && isLinked(group));
if (!isReady()) underLock(installAll);
ensureNode();

function installAll() {
  if (!isInstalled(root)) install(root, 'packages');
  for (const group of groups) {
    if (!isInstalled(group)) install(group, `tools of ${path.basename(group)}`);
    link(group);
  }
}

/**
 * True if npm's own record of a folder's node_modules has every package of its lock file, except optional packages of other platforms. More packages may be
 * there, e.g. from `npm install --no-save`. The record alone is not enough: `npm install --package-lock-only` writes what it has not installed into it.
 */
function isInstalled(folder) {
  const wanted = readJson(path.join(folder, 'package-lock.json')).packages || {};
  const present = readJson(path.join(folder, 'node_modules', '.package-lock.json')).packages || {};
  // Only compare these two fields: the others depend on npm's version and settings.
  const isSame = (a, b) => a.version === b.version && (a.integrity || b.integrity) === (b.integrity || a.integrity);
  const isThere = (name) =>
    present[name]
      ? isSame(wanted[name], present[name]) && fs.existsSync(path.join(folder, name))
      : wanted[name].optional;
  return Object.keys(present).length > 0 && Object.keys(wanted).every((name) => name === '' || isThere(name));
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (_) {
    return {}; // absent, or incomplete after an interrupted install
  }
}

function install(folder, what) {
  const npmVersion = /npm\/(\d+)\S*/.exec(process.env.npm_config_user_agent || '');
  if (npmVersion && Number(npmVersion[1]) < 7) {
    fail(`${npmVersion[0]} can't read package-lock.json. Install Node.js 22.18 or newer: https://nodejs.org`);
  }
  const installed = path.join(folder, 'node_modules');
  const shown = path.relative(root, installed);
  if (isLink(installed)) fail(`${shown} is a link; npm ci would empty the folder it leads to. Remove the link.`);
  say(
    `${fs.existsSync(installed) ? `${shown} differs from its package-lock.json` : 'First use'}: installing the ${what}…`,
  );
  const startedAt = Date.now();
  // Install scripts are disabled: no dependency needs them, and they would run on a pinned Node.js that may not work on this machine. The check of
  // `engines` is disabled: npm may run on an older Node.js, but the sources never do.
  const flags = 'ci --include=dev --ignore-scripts --no-audit --no-fund --no-engine-strict --loglevel=error'.split(' ');
  const npm = process.env.npm_execpath || '';
  const [command, first] = /npm-cli\.js$/.test(npm)
    ? [process.env.npm_node_execpath || process.execPath, [npm]]
    : ['npm', []];
  const result = spawnSync(command, first.concat(flags), { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (result.error) fail(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) fail('npm ci failed; its message is above.');
  say(`installed in ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

/** The links of a group: where each is, and the package that it leads to. Only packages that the group names, so that none hides one of the service's own. */
function linksOf(group) {
  const { usedIn = [], dependencies = {} } = readJson(path.join(group, 'package.json'));
  const present = usedIn.map((name) => path.join(root, name)).filter((folder) => fs.existsSync(folder));
  const pairs = present.map((folder) =>
    Object.keys(dependencies).map((name) => ({
      from: path.join(folder, 'node_modules', name),
      to: path.join(group, 'node_modules', name),
    })),
  );
  return [].concat(...pairs);
}

function isLinked(group) {
  return linksOf(group).every(({ from, to }) => realPath(from) === realPath(to));
}

function link(group) {
  for (const { from, to } of linksOf(group)) {
    if (realPath(from) === realPath(to)) continue;
    fs.mkdirSync(path.dirname(from), { recursive: true });
    if (isLink(from)) fs.unlinkSync(from);
    fs.symlinkSync(process.platform === 'win32' ? to : path.relative(path.dirname(from), to), from, 'junction');
  }
}

function realPath(file) {
  try {
    return fs.realpathSync(file);
  } catch (_) {
    return undefined;
  }
}

function isLink(file) {
  try {
    return fs.lstatSync(file).isSymbolicLink();
  } catch (_) {
    return false;
  }
}

/** Holds a lock, for two runs at the same time (npm start beside npm test): one installs, the other waits and then finds the packages installed. */
function underLock(work) {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  for (let waits = 0; !takeLock(); waits++) {
    if (waits === 0) say(`waiting for another install to end (if none is running, delete ${lock})`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  process.once('exit', () => fs.unlinkSync(lock)); // also after fail()
  work();
}

function takeLock() {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`cannot write ${lock}: ${error.message}`);
  }
  try {
    const isOld = Date.now() - fs.statSync(lock).mtimeMs > LOCK_LIMIT_MS;
    if (isOld || !isAlive(Number(fs.readFileSync(lock, 'utf8')))) fs.unlinkSync(lock);
  } catch (_) {
    // The owner has just removed the lock.
  }
  return false;
}

function isAlive(pid) {
  try {
    return pid === 0 || process.kill(pid, 0); // 0: the file is being written
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Removes the pinned Node.js from the PATH if it cannot run here (no libatomic, another C library). Otherwise it would hide a system Node.js that
 * works, even from this file's next run. It is renamed, and restored on the first run that finds it working.
 */
function ensureNode() {
  if (process.platform === 'win32' || process.execPath.startsWith(modules + path.sep)) return; // the latter runs this
  if (fs.existsSync(setAside)) fs.renameSync(setAside, pinned);
  const shipped = fs.existsSync(pinned) ? run(pinned) : { trouble: `none for ${process.platform}-${process.arch}` };
  if (isNewEnough(shipped.version)) return;
  if (fs.existsSync(pinned)) fs.renameSync(pinned, setAside);
  const { version } = run('node');
  if (isNewEnough(version))
    return say(`the Node.js from npm can't run here (${shipped.trouble}); using ${version} instead`);
  const remedy = /libatomic/.test(shipped.trouble)
    ? 'Install libatomic: `apt-get install libatomic1` on Debian and Ubuntu, `dnf install libatomic` on Fedora and RHEL'
    : 'Install Node.js 22.18 or newer: https://nodejs.org, or `apk add nodejs-current` on Alpine';
  fail(
    `no usable Node.js; from npm: ${shipped.trouble}; of the system: ${version || 'none'}.\n${remedy}, then try again.`,
  );
}

function run(command) {
  const result = spawnSync(command, ['--version'], { encoding: 'utf8' });
  if (result.status === 0) return { version: result.stdout.trim() };
  return {
    trouble: result.error ? result.error.message : result.stderr.trim().split('\n')[0] || `exit ${result.status}`,
  };
}

function isNewEnough(version) {
  const [major, minor] = String(version).replace('v', '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

function say(message) {
  process.stderr.write(`plinth: ${message}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}
