/**
 * The names of settings in `terraform/modules/settings/main.tf`: `--write` removes those that no part of the service declares any more, `--check` fails
 * if there are some. `test/deployments.test.ts` says into which list a new setting belongs.
 */
import { readFileSync } from 'node:fs';
import { settings } from '../app/settings.ts';
import { type Generated, runGenerator } from './source/generated.ts';

const FILE = 'terraform/modules/settings/main.tf';

function terraformSettings(): Generated {
  const text = readFileSync(FILE, 'utf8')
    .replaceAll(/"([A-Z][A-Z0-9_]*)",[ ]?/g, (entry, name) => (name in settings ? entry : '\0'))
    .replaceAll(/^ *\0+\n/gm, '')
    .replaceAll(/ ?\0+/g, '');
  return { files: new Map([[FILE, text]]), existing: [] };
}

await runGenerator(import.meta.url, terraformSettings);
