/**
 * Values that only development may have, e.g. because they came along in a copy of `.env.example`: each check takes the text of a
 * setting and says what is wrong with it elsewhere, in words that follow the setting's name. Never quotes a secret.
 */
import { list } from './parsers.ts';

/**
 * Why a value must not go live, and what to do; `undefined` where nothing is wrong with it.
 * @param environment the staging or production that is to start
 */
export type DevelopmentOnly = (value: string, environment: string) => string | undefined;

/** The password that `.env.example` has where one is needed for a start. */
export const EXAMPLE_PASSWORD = 'change-me';
export const EXAMPLE_SECRET = 'change-me-change-me-change-me-change-me';
export const DEVELOPMENT_SECRET = 'development-only-secret-never-use-it-elsewhere';
/** The services of docker-compose.stand-ins.yml. */
const STAND_IN_HOSTS = ['mailpit', 'stripe-sandbox'];
export const WITHOUT_STAND_INS = 'under Docker Compose, take docker-compose.stand-ins.yml out of COMPOSE_FILE';

/** Secrets that everybody knows, in any place of a comma-separated rotation. */
export const knownSecrets =
  (known: readonly string[], advice: string): DevelopmentOnly =>
  (value) =>
    list(value).some((secret) => known.includes(secret))
      ? `is a secret of .env.example or development, which everybody knows; ${advice}`
      : undefined;

/** A value that was the example of an earlier release. @param advice what to write instead */
export const formerExample =
  (example: string, advice: string): DevelopmentOnly =>
  (value) =>
    value === example ? `is ${example}, a value for development; ${advice}` : undefined;

/** A URL whose host is this machine by name, or a stand-in of Docker Compose, or whose password is the example's. */
export const developmentUrl: DevelopmentOnly = (value) => {
  // Not a URL: its parser says so.
  if (!URL.canParse(value)) return undefined;
  const { hostname, password } = new URL(value);
  if (STAND_IN_HOSTS.includes(hostname)) return `leads to ${hostname}, a stand-in of development; ${WITHOUT_STAND_INS}`;
  if (decodeURIComponent(password) === EXAMPLE_PASSWORD)
    return 'has the password of .env.example, which everybody knows; make one with: openssl rand -hex 24';
  return undefined;
};

/** What people outside are given: there, a name of this machine leads nowhere. */
export const localAddress: DevelopmentOnly = (value) => {
  if (!URL.canParse(value)) return undefined;
  const { hostname } = new URL(value);
  return isLocalName(hostname) ? `leads to ${hostname}, where nobody else gets; set the real address` : undefined;
};

export const localSender: DevelopmentOnly = (value) => {
  const domain = value.slice(value.lastIndexOf('@') + 1).replace(/>\s*$/, '');
  return isLocalName(domain)
    ? `is at ${domain}, from which nobody takes email; set an address of your domain`
    : undefined;
};

function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}
