/**
 * `npm run errors [-- --port 8969]`: an inbox for error reports on this machine, for development. It is Spotlight, installed on first use into
 * `tools/errors` with a separate lock file, so that it adds nothing to the service's dependencies.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const FOLDER = fileURLToPath(new URL('../tools/errors', import.meta.url));
const PACKAGE = join(FOLDER, 'node_modules/@spotlightjs/spotlight');

/** The used part of Spotlight's library. Its command line sends usage data to its vendor; the library does not. */
interface Spotlight {
  setupSpotlight(options: {
    port: number;
    filesToServe: Record<string, Buffer>;
    isStandalone: boolean;
  }): Promise<Server | undefined>;
}

const { values } = parseArgs({ options: { port: { type: 'string', default: '8969' } } });
const port = Number(values.port);
if (!isInstalled()) install();
const { setupSpotlight }: Spotlight = await import(pathToFileURL(join(PACKAGE, 'dist/server/main.js')).href);
const server = await setupSpotlight({ port, filesToServe: readPages(), isStandalone: true });
// Spotlight listens on every address, but error reports must not be readable from other machines.
server?.on('connection', (socket) => {
  if (!/^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(socket.remoteAddress ?? '')) socket.destroy();
});
process.stdout.write(
  `\nErrors: http://localhost:${port}\nTo fill it: SENTRY_DSN=http://errors@localhost:${port}/1 npm start\n\n`,
);

function isInstalled(): boolean {
  const version = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
  try {
    return (
      version(join(PACKAGE, 'package.json')).version ===
      version(join(FOLDER, 'package.json')).dependencies['@spotlightjs/spotlight']
    );
  } catch {
    return false;
  }
}

function install(): void {
  process.stdout.write('First use: installing Spotlight into tools/errors (115 MB)…\n');
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', flags, { cwd: FOLDER, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(1);
}

/** The web pages, restricted to connect to this machine only. Unchanged, they would send usage data to Spotlight's vendor too. */
function readPages(): Record<string, Buffer> {
  const pages = join(PACKAGE, 'dist/ui');
  const files = globSync('**/*.*', { cwd: pages }).map((file) => [file, readFileSync(join(pages, file))] as const);
  const contents = Object.fromEntries(files.map(([file, bytes]) => [relative('.', file).replaceAll('\\', '/'), bytes]));
  const index = contents['index.html']!.toString('utf8');
  const closed = index.replace('https://*.sentry.io', '');
  if (closed === index)
    throw new Error(
      'the pages of this version of Spotlight restrict connections differently; adapt readPages() in scripts/errors.ts',
    );
  return { ...contents, 'index.html': Buffer.from(closed) };
}
