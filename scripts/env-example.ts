/** Generates `.env.example` from the table in `app/settings.ts`: `--write` writes it, `--check` fails if it is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Setting, type SettingName, settings } from '../app/settings.ts';

/** The first setting of each section. A section includes all settings up to the next section, so that a new setting appears beside its neighbours. */
const SECTIONS: Partial<Record<SettingName, string>> = {
  APP_ENV: 'The process',
  DATABASE_URL: 'PostgreSQL',
  APP_URL: 'Addresses, secrets, browsers, proxies',
  SMTP_URL: 'Email',
  ACCESS_TOKEN_MINUTES: 'Sessions and passwords',
  LOG_LEVEL: 'Operations',
  MAILBOX_SMTP_PORT: 'Development',
};

/** Variables that only `docker-compose.yml` reads, with their meaning and an example value. */
export const COMPOSE_VARIABLES = {
  COMPOSE_PROFILES: {
    meaning:
      'stand-ins: mailpit and a sandbox of Stripe run beside the service. A real installation has none: remove it.',
    example: 'stand-ins',
  },
  POSTGRES_PASSWORD: {
    meaning: 'Password of the database in the container, taken when its volume is made. openssl rand -hex 24. [secret]',
    example: 'change-me',
  },
  GRAFANA_ADMIN_PASSWORD: { meaning: 'Password of admin in Grafana. [secret]', example: 'change-me' },
};

const HEADER = `# Every setting, with its value for development. Made from app/settings.ts: node scripts/env-example.ts --write
# To start with it: cp .env.example .env. An empty value is the same as none.
# Only development reads .env; elsewhere settings come from the environment, and what is marked "required" must be set.
# A secret may come from a file instead: DATABASE_URL_FILE=/run/secrets/database-url
`;

/** The content of `.env.example`. */
export function envExample(): string {
  const lines = Object.entries<Setting<unknown>>(settings).map(([name, { meaning, required, secret, example }]) => {
    const title = SECTIONS[name as SettingName];
    const marks = [required && 'required', secret && 'secret'].filter(Boolean).join(', ');
    const value = /[\s#'"]/.test(example) ? JSON.stringify(example) : example;
    return `${title ? `\n# --- ${title} ---\n` : ''}# ${meaning}${marks && ` [${marks}]`}\n${name}=${value}\n`;
  });
  const compose = Object.entries(COMPOSE_VARIABLES).map(
    ([name, { meaning, example }]) => `# ${meaning}\n${name}=${example}\n`,
  );
  return `${HEADER}${lines.join('')}\n# --- Docker Compose ---\n${compose.join('')}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [mode] = process.argv.slice(2);
  if (mode === '--write') {
    writeFileSync('.env.example', envExample());
  } else if (mode !== '--check') {
    process.stderr.write('Usage: node scripts/env-example.ts --write | --check\n');
    process.exitCode = 2;
  } else if (readFileSync('.env.example', 'utf8') !== envExample()) {
    process.stderr.write('.env.example is stale: node scripts/env-example.ts --write\n');
    process.exitCode = 1;
  }
}
