/** `.env.example`, made from the declared settings: `--write` makes it, `--check` fails when it is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { EXAMPLE_PASSWORD } from '../app/platform/settings/development-values.ts';
import { type Setting, settingSections } from '../app/platform/settings/settings.ts';
import { settings } from '../app/settings.ts';

/** Settings that only Docker Compose reads: variable -> meaning and value for a first look. Refused outside development like settings. */
export const COMPOSE_VARIABLES = {
  COMPOSE_FILE: {
    meaning:
      'With docker-compose.stand-ins.yml, mailpit and a Stripe sandbox run beside the service. A real installation has docker-compose.yml alone: delete this line.',
    example: 'docker-compose.yml:docker-compose.stand-ins.yml',
  },
  POSTGRES_DB: {
    meaning:
      'Name of the database in the container. Everything follows it: the service, the exporter, dumps. A restore changes it.',
    example: 'plinth',
  },
  POSTGRES_PASSWORD: {
    meaning:
      'Password of the database in the container, taken when its volume is made. Letters and digits only: openssl rand -hex 24. [secret]',
    example: EXAMPLE_PASSWORD,
  },
  GRAFANA_ADMIN_PASSWORD: { meaning: 'Password of admin in Grafana. [secret]', example: EXAMPLE_PASSWORD },
};

const HEADER = `# Every setting; the empty ones have the defaults that stand above them. Made from the settings.ts of each part: npm run generate
# To start with it: cp .env.example .env. An empty value is the same as none.
# Only development reads .env; elsewhere settings come from the environment, and what is marked "required" must be set.
# A secret may come from a file instead: DATABASE_URL_FILE=/run/secrets/database-url
`;

/** The content of `.env.example`. */
export function envExample(): string {
  const all = new Map(Object.entries<Setting<unknown>>(settings));
  const sections = settingSections()
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([heading, names]) => `\n# --- ${heading} ---\n${names.map((name) => lineOf(name, all.get(name)!)).join('')}`);
  const compose = Object.entries(COMPOSE_VARIABLES).map(
    ([name, { meaning, example }]) => `# ${meaning}\n${name}=${example}\n`,
  );
  return `${HEADER}${sections.join('')}\n# --- Docker Compose ---\n${compose.join('')}`;
}

/** The process comes first and development last; the others keep their order. */
function rank(heading: string): number {
  return heading === 'The process' ? 0 : heading === 'Development' ? 2 : 1;
}

function lineOf(name: string, setting: Setting<unknown>): string {
  const { meaning, required, secret, example } = setting;
  const marks = [required && 'required', secret && 'secret', ...defaults(setting)].filter(Boolean).join(', ');
  const value = /[\s#'"]/.test(example) ? JSON.stringify(example) : example;
  return `# ${meaning}${marks && ` [${marks}]`}\n${name}=${value}\n`;
}

/** Of a setting that the example leaves empty. */
function defaults({ example, secret, meaning, fallback, developmentFallback }: Setting<unknown>): string[] {
  // It changes with `npm run rename`, which writes no generated file.
  const isBranded = meaning.includes('app/product/brand.ts');
  if (example !== '' || secret || isBranded) return [];
  return [
    ...(isShown(fallback) ? [`default: ${fallback}`] : []),
    ...(isShown(developmentFallback) ? [`in development: ${developmentFallback}`] : []),
  ];
}

function isShown(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [mode] = process.argv.slice(2);
  if (mode === '--write') {
    writeFileSync('.env.example', envExample());
  } else if (mode !== '--check') {
    process.stderr.write('Usage: node_modules/.bin/node scripts/env-example.ts --write | --check\n');
    process.exitCode = 2;
  } else if (readFileSync('.env.example', 'utf8') !== envExample()) {
    process.stderr.write('.env.example is stale: npm run generate\n');
    process.exitCode = 1;
  }
}
