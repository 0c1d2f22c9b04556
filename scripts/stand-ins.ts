/**
 * Generates `docker-compose.stand-ins.yml` from `dev/docker-compose.stand-ins.yml` and the `tools/stand-ins.yml` of features. A feature's file has
 * the sections `environment` (settings that lead the service to its stand-in), `services`, `networks` and `volumes`; they may use the anchors of the base.
 * `--write` writes it, `--check` fails if it is stale.
 */
import { readFileSync } from 'node:fs';
import { type Generated, runGenerator } from './source/generated.ts';
import { toolFiles } from './source/tools.ts';

const FILE = 'docker-compose.stand-ins.yml';
const MARK =
  '# Generated from dev/docker-compose.stand-ins.yml and the tools/stand-ins.yml of features: npm run generate\n';

/** The text below a top-level key, without comments above it; empty if there is no such key. */
function section(text: string, key: string): string {
  return new RegExp(`^${key}:[^\\n]*\\n((?:(?: .*)?\\n)*)`, 'm').exec(text)?.[1]?.trimEnd() ?? '';
}

function standIns(): Generated {
  const base = readFileSync(`dev/${FILE}`, 'utf8');
  const ofFeatures = toolFiles(/^stand-ins\.yml$/).map(({ path }) => readFileSync(path, 'utf8'));
  const all = (key: string) => ofFeatures.map((text) => section(text, key)).filter((text) => text !== '');
  const settings = all('environment').map((text) => text.replaceAll(/^(?=.)/gm, '  '));
  const [above, rest] = base.split(/^services:\n/m) as [string, string];
  // Settings of features join those of the base, which stand before the dependencies.
  const [top, dependencies] = above.split(/^(?=x-after-migrate:)/m) as [string, string];
  const [services, networks] = rest.split(/^networks:\n/m) as [string, string];
  const volumes = all('volumes');
  const parts = [
    [top.trimEnd(), ...settings].join('\n'),
    dependencies.trimEnd(),
    `services:\n${[services.trimEnd(), ...all('services')].join('\n\n')}`,
    ['networks:', networks.trimEnd(), ...all('networks')].join('\n'),
    ...(volumes.length > 0 ? [`volumes:\n${volumes.join('\n')}`] : []),
  ];
  return { files: new Map([[FILE, `${MARK}${parts.join('\n\n')}\n`]]), existing: [] };
}

await runGenerator(import.meta.url, standIns);
