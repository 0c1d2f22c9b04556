/** Linters of OpenAPI documents, pinned. An error fails; warnings that are left have their reason in `docs/clients.md`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isInstalled, shell } from '../programs.ts';
import type { Result } from './trial.ts';

interface Linter {
  readonly name: string;
  readonly versions: string;
  readonly install: string;
  readonly lint: string;
}

const NPM = 'npm install --no-audit --no-fund --loglevel=error --ignore-scripts';

export const linters: readonly Linter[] = [
  {
    name: 'spectral',
    versions: 'Spectral 6.16.3, `spectral:oas`',
    install: `${NPM} @stoplight/spectral-cli@6.16.3 && echo 'extends: [spectral:oas]' >.spectral.yaml`,
    lint: 'npx spectral lint openapi.json --fail-severity=error',
  },
  {
    name: 'redocly',
    versions: 'Redocly 2.77.0, `recommended`',
    install: `${NPM} @redocly/cli@2.77.0`,
    lint: 'npx redocly lint openapi.json --extends=recommended --format=codeframe',
  },
];

/** @returns with its warnings counted, and printed beside the errors where there are any */
export async function tryLinter({ name, versions, install, lint }: Linter, folder: string, document: string) {
  const row = { name, language: 'the document', versions };
  if (!isInstalled('npm')) return { ...row, outcome: 'skipped', findings: ['needs npm'] } satisfies Result;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'openapi.json'), document);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const installed = await shell(install, folder);
  const { status, output } = installed.status === 0 ? await shell(lint, folder) : installed;
  const outcome = status === 0 ? 'passed' : 'failed';
  return { ...row, outcome, findings: [status === 0 ? 'no error' : 'errors'], output } satisfies Result;
}
