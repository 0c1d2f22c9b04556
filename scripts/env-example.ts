/** `.env.example`, made from the declared settings: `--write` makes it, `--check` fails when it is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { EXAMPLE_PASSWORD } from '../app/platform/settings/development-values.ts';
import { type Setting, settingSections } from '../app/platform/settings/settings.ts';
import { settings } from '../app/settings.ts';

interface ComposeVariable {
  readonly meaning: string;
  /** For a first look. */
  readonly example: string;
  /** Whether the example is for development only. Outside of it, the service then refuses it by name (`composeValues`). */
  readonly developmentOnly: boolean;
}

/** Settings that only Docker Compose reads. */
export const COMPOSE_VARIABLES: Readonly<Record<string, ComposeVariable>> = {
  COMPOSE_FILE: {
    meaning:
      'With docker-compose.stand-ins.yml, mailpit and a Stripe sandbox run beside the service. A real installation has docker-compose.yml alone: delete this line.',
    example: 'docker-compose.yml:docker-compose.stand-ins.yml',
    developmentOnly: true,
  },
  COMPOSE_PROFILES: {
    meaning:
      'Parts, comma-separated: `monitoring`; `edge` (TLS for API_URL); and `development`, with which `docker compose up` starts the service itself. A real installation has that by ./plinth release: take it out.',
    example: 'development,monitoring',
    developmentOnly: true,
  },
  WORKERS: {
    meaning: 'Processes that run jobs. ./plinth release starts as many.',
    example: '1',
    developmentOnly: false,
  },
  IMAGE: {
    meaning: 'Image of the service without its tag, which is RELEASE; of a registry, or built here.',
    example: 'plinth',
    developmentOnly: false,
  },
  ACME_CA: {
    meaning:
      "Profile edge: the directory of the authority that issues certificates by ACME, e.g. of Let's Encrypt's staging. Empty: Let's Encrypt.",
    example: '',
    developmentOnly: false,
  },
  POSTGRES_DB: {
    meaning:
      'Name of the database in the container. Everything follows it: the service, the exporter, dumps. A restore changes it.',
    example: 'plinth',
    developmentOnly: false,
  },
  POSTGRES_PASSWORD: {
    meaning:
      'Password of the database in the container, taken when its volume is made. Letters and digits only: openssl rand -hex 24. [secret]',
    example: EXAMPLE_PASSWORD,
    developmentOnly: true,
  },
  BACKUP_S3_BUCKET: {
    meaning:
      'Backups: the bucket, of any store that speaks S3. Empty: none are made. After a change: docker compose up -d db',
    example: '',
    developmentOnly: false,
  },
  BACKUP_S3_ENDPOINT: {
    meaning: 'Host of the store, e.g. s3.eu-central-1.amazonaws.com; another port than 443 behind a colon. Always TLS.',
    example: '',
    developmentOnly: false,
  },
  BACKUP_S3_REGION: { meaning: 'Region of the bucket, as the store names it.', example: '', developmentOnly: false },
  BACKUP_S3_KEY: {
    meaning: 'Access key that may list, read, write and delete in the bucket, and nothing else. [secret]',
    example: '',
    developmentOnly: false,
  },
  BACKUP_S3_SECRET: { meaning: 'Secret of that key. [secret]', example: '', developmentOnly: false },
  BACKUP_S3_PREFIX: {
    meaning: 'Folder in the bucket. Each installation has its own.',
    example: 'plinth',
    developmentOnly: false,
  },
  BACKUP_S3_CA: {
    meaning:
      'File of the authority that signed the certificate of a store of your own, in the container. Empty: the public ones.',
    example: '',
    developmentOnly: false,
  },
  BACKUP_PASSPHRASE: {
    meaning:
      'Encrypts backups before they leave the machine: openssl rand -base64 48. Keep a copy elsewhere; without it no backup can be read. It cannot be changed later. [secret]',
    example: '',
    developmentOnly: false,
  },
  BACKUP_RETENTION_DAYS: {
    meaning: 'For how many days any moment can be restored, at least.',
    example: '14',
    developmentOnly: false,
  },
  BACKUP_QUEUE_GB: {
    meaning:
      'While the store is away, so much of the write-ahead log is kept on the disk. Beyond this, the oldest is dropped, and the database goes on.',
    example: '8',
    developmentOnly: false,
  },
  GRAFANA_ADMIN_PASSWORD: {
    meaning: 'Password of admin in Grafana. [secret]',
    example: EXAMPLE_PASSWORD,
    developmentOnly: true,
  },
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
