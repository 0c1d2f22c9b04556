/**
 * Checks for values that only development may have, e.g. because somebody copied `.env.example`. Each check takes the text of a setting and
 * returns the reason why other environments refuse it, in words that follow the setting's name. It never quotes a secret.
 */
import { list } from './parsers.ts';

/**
 * Returns why the environment refuses a value, and what to do; `undefined` if the value is fine.
 * @param environment staging or production
 */
export type DevelopmentOnly = (value: string, environment: string) => string | undefined;

/** The password in `.env.example`, for settings that need one to start. */
export const EXAMPLE_PASSWORD = 'change-me';
export const EXAMPLE_SECRET = 'change-me-change-me-change-me-change-me';
export const DEVELOPMENT_SECRET = 'development-only-secret-never-use-it-elsewhere';
/** The services of docker-compose.stand-ins.yml. */
const STAND_IN_HOSTS = ['mailpit', 'stripe-sandbox'];
export const WITHOUT_STAND_INS = 'under Docker Compose, take docker-compose.stand-ins.yml out of COMPOSE_FILE';

/** Refuses publicly known secrets, at any position of a comma-separated rotation. */
export const knownSecrets =
  (known: readonly string[], advice: string): DevelopmentOnly =>
  (value) =>
    list(value).some((secret) => known.includes(secret))
      ? `is a secret of .env.example or development, which everybody knows; ${advice}`
      : undefined;

/** Refuses a value that was the example of an earlier release. @param advice the correction */
export const formerExample =
  (example: string, advice: string): DevelopmentOnly =>
  (value) =>
    value === example ? `is ${example}, a value for development; ${advice}` : undefined;

/** Refuses a URL whose host is a name of this machine or a stand-in of Docker Compose, or whose password is that of the example. */
export const developmentUrl: DevelopmentOnly = (value) => {
  // The parser of the setting reports a text that is not a URL.
  if (!URL.canParse(value)) return undefined;
  const { hostname, password } = new URL(value);
  if (STAND_IN_HOSTS.includes(hostname)) return `leads to ${hostname}, a stand-in of development; ${WITHOUT_STAND_INS}`;
  if (decodeURIComponent(password) === EXAMPLE_PASSWORD)
    return 'has the password of .env.example, which everybody knows; make one with: openssl rand -hex 24';
  return undefined;
};

/** Refuses a local name in a URL that is given to people outside, who could not reach it. */
export const localAddress: DevelopmentOnly = (value) => {
  if (!URL.canParse(value)) return undefined;
  const { hostname } = new URL(value);
  return isLocalName(hostname) ? `leads to ${hostname}, which nobody else can reach; set the real address` : undefined;
};

export const localSender: DevelopmentOnly = (value) => {
  const domain = value.slice(value.lastIndexOf('@') + 1).replace(/>\s*$/, '');
  return isLocalName(domain)
    ? `is at ${domain}, from which nobody takes email; set an address of your domain`
    : undefined;
};

const examplePassword: DevelopmentOnly = (value) =>
  value === EXAMPLE_PASSWORD
    ? 'is the password of .env.example, which everybody knows; make one with: openssl rand -hex 24'
    : undefined;

/** Variables that are no settings of the service, and that Docker Compose hands over with all else that `.env` has. */
export const composeValues: Readonly<Record<string, DevelopmentOnly>> = {
  COMPOSE_FILE: (value) =>
    value.includes('stand-ins')
      ? 'has docker-compose.stand-ins.yml, which is for development; delete the line'
      : undefined,
  COMPOSE_PROFILES: (value) =>
    list(value).includes('development')
      ? 'has development, with which docker compose up replaces what runs; take it out, and use ./plinth release'
      : undefined,
  POSTGRES_PASSWORD: examplePassword,
  GRAFANA_ADMIN_PASSWORD: examplePassword,
};

function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}
