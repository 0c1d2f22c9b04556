/**
 * Builds the account app beside `npm start`, if `web/` has changed since it was built: installs its packages from its own lock file, then runs Vite.
 * The service answers meanwhile, and `/app` shows the progress.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Building } from '../app/account-app.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WEB = join(ROOT, 'web');
/** The fingerprint of what was built. */
const STAMP = join(WEB, 'dist', 'sources.txt');
const SOURCES = [
  ...['web/*.{json,ts,mjs,html}', 'web/src/**/*', 'packages/client/**/*.{ts,json}', 'app/product/brand.ts'],
] as const;
const SHOWN_LINES = 12;

export interface AccountAppBuild extends Building {
  /** Begins, unless the app is built already. @returns once it is done, or has failed */
  begin(): Promise<void>;
  /** Ends what runs. */
  stop(): void;
}

export function createAccountAppBuild(log: (line: string) => void): AccountAppBuild {
  const lines: string[] = [];
  // The image has what its stage built, and no sources.
  let isBuilt = !existsSync(join(WEB, 'package.json')) || isFresh();
  let stopRunning = () => {};
  const say = (line: string) => {
    lines.push(line);
    lines.splice(0, lines.length - SHOWN_LINES);
  };

  function run(what: string, args: string[]): Promise<void> {
    say(what);
    return new Promise((resolve, reject) => {
      // Behind the service, which has the processor first.
      const child = spawn('nice', ['npm', ...args, '--prefix', WEB], {
        cwd: ROOT,
        env: { ...process.env, NODE_ENV: 'development' },
      });
      stopRunning = () => child.kill();
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (text: Buffer) => {
          for (const line of String(text).split('\n')) if (line.trim()) say(line.trimEnd());
        });
      }
      child.on('error', reject);
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${what} failed`))));
    });
  }

  return {
    progress: () => (isBuilt ? undefined : lines),
    stop: () => stopRunning(),
    async begin() {
      if (isBuilt) return;
      const fingerprint = fingerprintOfSources();
      try {
        if (!isInstalled())
          await run('Installing the packages of web/ …', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
        await run('Building …', ['run', 'build']);
        writeFileSync(STAMP, fingerprint);
        isBuilt = true;
      } catch (error) {
        say(`${(error as Error).message}. Restart the service to try again.`);
        log(`The account app could not be built: ${lines.join('\n')}`);
      }
    },
  };
}

/** True if npm has installed since the lock file changed. */
function isInstalled(): boolean {
  const record = join(WEB, 'node_modules', '.package-lock.json');
  return existsSync(record) && statSync(record).mtimeMs >= statSync(join(WEB, 'package-lock.json')).mtimeMs;
}

function isFresh(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprintOfSources();
}

function fingerprintOfSources(): string {
  const hash = createHash('sha256');
  for (const file of globSync([...SOURCES], { cwd: ROOT }).sort()) {
    const path = join(ROOT, file);
    if (statSync(path).isFile()) hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}
