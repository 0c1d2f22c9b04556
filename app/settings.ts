/** Every setting of the service: its own here, those of mechanisms and features where they are used. Loading this loads all of them. */
import './features.ts';
import './platform/database/settings.ts';
import './platform/security/settings.ts';
import './platform/telemetry/settings.ts';
import {
  DEVELOPMENT_SECRET,
  EXAMPLE_SECRET,
  formerExample,
  knownSecrets,
  localAddress,
} from './platform/settings/development-values.ts';
import { base, integer, oneOf, origin, origins, proxies, secrets, text } from './platform/settings/parsers.ts';
import { allSettings, type DeclaredSettings, defineSettings } from './platform/settings/settings.ts';
import { ports } from './ports.ts';
import { processes } from './processes/count.ts';
import { brand } from './product/brand.ts';

export type Environment = 'development' | 'test' | 'staging' | 'production';

const own = defineSettings('The process', {
  APP_ENV: {
    meaning: 'Where this runs: development, test, staging or production. Only development starts anything by itself.',
    parse: oneOf('development', 'test', 'staging', 'production'),
    fallback: 'development' as Environment,
    example: 'development',
  },
  HOST: {
    meaning: 'Address to listen on.',
    parse: text,
    fallback: '0.0.0.0',
    developmentFallback: '127.0.0.1',
    example: '',
  },
  PROCESSES: {
    meaning:
      'How many api processes share the port: a number, or auto for one per core. DATABASE_POOL_SIZE and DATABASE_LANES are per process.',
    parse: processes,
    fallback: 1,
    example: '1',
  },
  ...ports,
  APP_URL: {
    meaning:
      'Where links in mail lead. Default: the account app of this service, API_URL with /app. Set it for a frontend of your own, whose pages post the token.',
    parse: base('http:', 'https:'),
    developmentOnly: localAddress,
    example: '',
  },
  API_URL: {
    meaning:
      'Where this API is reached from outside; also the issuer of access tokens. Default in development: this service.',
    parse: origin('http:', 'https:'),
    required: true,
    developmentOnly: localAddress,
    example: '',
  },
  APP_SECRET: {
    meaning:
      'Seals secrets at rest. At least 32 characters (openssl rand -base64 48). Rotate: new one first, comma, old one.',
    parse: secrets,
    developmentFallback: [DEVELOPMENT_SECRET],
    required: true,
    secret: true,
    developmentOnly: knownSecrets([EXAMPLE_SECRET, DEVELOPMENT_SECRET], 'make one with: openssl rand -base64 48'),
    example: EXAMPLE_SECRET,
  },
  PRODUCT_NAME: {
    meaning:
      "The product's name in emails and pages; also refused as a password. Without it, the name in app/product/brand.ts.",
    parse: text,
    fallback: brand.name,
    example: '',
  },
  CORS_ORIGINS: {
    meaning: 'Exact origins of browser clients, comma-separated.',
    parse: origins,
    fallback: [],
    example: '',
  },
  TRUST_PROXY: {
    meaning:
      'Proxies in front: how many hops, or CIDR blocks, comma-separated. Default: none; under Docker Compose 1, the proxy of docker-compose.yml.',
    parse: proxies,
    fallback: false,
    example: '',
  },
  KEEP_ALIVE_SECONDS: {
    meaning:
      'How long a connection without a request stays open, in seconds. Longer than the load balancer keeps it: AWS 60, Google 600.',
    parse: integer(1, 3_600),
    fallback: 72,
    example: '',
  },
  RELEASE: {
    meaning: 'The deployed version or commit.',
    parse: text,
    fallback: 'unknown',
    developmentOnly: formerExample('dev', 'name the version or commit, or delete the line'),
    example: '',
  },
  START_PATIENCE_SECONDS: {
    meaning: 'On start: how long to wait for the database and for pending migrations before giving up, in seconds.',
    parse: integer(0, 600),
    fallback: 30,
    example: '30',
  },
  DRAIN_DELAY_SECONDS: {
    meaning: 'On stop: how long readiness is 503 before the port closes, so that load balancers notice, in seconds.',
    parse: integer(0, 120),
    fallback: 5,
    developmentFallback: 0,
    example: '',
  },
  DRAIN_LIMIT_SECONDS: {
    meaning: 'On stop: how long requests and jobs may take to finish after that, in seconds.',
    parse: integer(1, 600),
    fallback: 20,
    developmentFallback: 5,
    example: '',
  },
});

const development = defineSettings('Development', {
  STAND_INS: {
    meaning:
      'Development only: `own` starts the stand-ins with the service. `running` uses those of another process, as `npm run dev` does between restarts.',
    parse: oneOf('own', 'running'),
    fallback: 'own',
    example: '',
  },
  ACCOUNT_APP_BUILD: {
    meaning:
      'Development only: `beside` builds the account app beside the service when web/ has changed. `off` leaves it as it is.',
    parse: oneOf('beside', 'off'),
    fallback: 'beside' as 'beside' | 'off',
    example: '',
  },
  MAILBOX_SMTP_PORT: {
    meaning: 'Development only: port where the mailbox takes mail.',
    parse: integer(1, 65_535),
    fallback: 1_025,
    example: '1025',
  },
  MAILBOX_PORT: {
    meaning: 'Development only: port of the page and API of the mailbox.',
    parse: integer(1, 65_535),
    fallback: 1_080,
    example: '1080',
  },
  EMBEDDED_DATABASE_PORT: {
    meaning: 'Development only: port of the embedded PostgreSQL. 0: any free one.',
    parse: integer(0, 65_535),
    fallback: 0,
    example: '0',
  },
});
type Own = typeof own;
type Development = typeof development;

declare module './platform/settings/settings.ts' {
  interface DeclaredSettings extends Own, Development {}
}

export type SettingName = keyof DeclaredSettings;
/** Complete, since everything that declares some is loaded above. */
export const settings = allSettings();
