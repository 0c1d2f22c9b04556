/** The tools of the benchmark have a folder and a lock file of their own, because nobody else needs them. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const FOLDER = 'bench/tools';

/** Installs them, unless they are there. */
export function installTools(log: (line: string) => void): void {
  if (existsSync(`${FOLDER}/node_modules`)) return;
  log('installing the tools of the benchmark');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', FOLDER], { stdio: 'ignore' });
}

/** Draws figures. @param results as `npm run bench -- --json` prints them @returns an SVG */
export function drawChart(results: string, log: (line: string) => void): string {
  installTools(log);
  return execFileSync(process.execPath, [`${FOLDER}/chart.js`], { input: results, encoding: 'utf8' });
}
