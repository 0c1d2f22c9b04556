/**
 * Every setting of the service: name, meaning, unit, default, example. `config.ts` reads them, `.env.example` is held against this table by
 * a test, and the documentation is made from it.
 */
import {
  anotherStripe,
  DEVELOPMENT_SECRET,
  type DevelopmentOnly,
  developmentUrl,
  EXAMPLE_SECRET,
  formerExample,
  knownSecrets,
  localAddress,
  localSender,
  SANDBOX_KEY,
  SANDBOX_WEBHOOK_SECRET,
} from './development-values.ts';
import {
  blocks,
  credentials,
  dsn,
  flag,
  headers,
  integer,
  list,
  mailbox,
  oneOf,
  origins,
  proxies,
  secrets,
  share,
  signingSecrets,
  stripeKey,
  text,
  url,
} from './setting-parsers.ts';

export type Environment = 'development' | 'test' | 'staging' | 'production';

export interface Setting<T> {
  readonly meaning: string;
  readonly parse: (text: string) => T;
  /** Taken when the variable is absent; `undefined` means that the feature behind it is off. */
  readonly fallback?: T | undefined;
  /** Taken in development and test only. */
  readonly developmentFallback?: T | undefined;
  /** Must be set in staging and production. */
  readonly required?: true;
  /** A secret: never printed, may be read from the file that `<NAME>_FILE` names. */
  readonly secret?: true;
  /** Says which values staging and production refuse to start with, and why. Absent: every value that can be parsed may go live. */
  readonly developmentOnly?: DevelopmentOnly;
  /**
   * What `.env.example` shows. People copy that file and go live with the copy, so this is empty, or what is taken anyway, or refused
   * by `developmentOnly`: a test holds every setting to that.
   */
  readonly example: string;
}

const define = <const S extends Setting<unknown>>(setting: S): S => setting;

export const settings = {
  APP_ENV: define({
    meaning: 'Where this runs: development, test, staging or production. Only development starts anything by itself.',
    parse: oneOf('development', 'test', 'staging', 'production'),
    fallback: 'development' as Environment,
    example: 'development',
  }),
  HOST: define({
    meaning: 'Address to listen on.',
    parse: text,
    fallback: '0.0.0.0',
    developmentFallback: '127.0.0.1',
    example: '',
  }),
  PORT: define({ meaning: 'Port of the public API.', parse: integer(0, 65_535), fallback: 5_000, example: '5000' }),
  METRICS_PORT: define({
    meaning: 'Port of /metrics; keep it internal.',
    parse: integer(0, 65_535),
    fallback: 9_464,
    example: '9464',
  }),
  DATABASE_URL: define({
    meaning:
      'PostgreSQL, e.g. postgres://user:password@host:5432/plinth. Without it, development starts an embedded one.',
    parse: url('postgres:', 'postgresql:'),
    required: true,
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  }),
  DATABASE_DIRECT_URL: define({
    meaning: 'The same database without a pooler, for LISTEN, jobs and migrations. Default: DATABASE_URL.',
    parse: url('postgres:', 'postgresql:'),
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  }),
  DATABASE_REPLICA_URL: define({
    meaning: 'A replica of it, for lists that may be some seconds old. Default: they are read from DATABASE_URL.',
    parse: url('postgres:', 'postgresql:'),
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  }),
  DATABASE_POOL_SIZE: define({
    meaning: 'Connections for transactions, a process.',
    parse: integer(1, 500),
    fallback: 10,
    example: '10',
  }),
  DATABASE_LANES: define({
    meaning: 'Pipelined connections that single statements share, a process.',
    parse: integer(1, 32),
    fallback: 2,
    example: '2',
  }),
  DATABASE_PREPARED_STATEMENTS: define({
    meaning:
      'false behind PgBouncer in transaction mode. Then limit statements by: alter role ... set statement_timeout.',
    parse: flag,
    fallback: true,
    example: 'true',
  }),
  REDIS_URL: define({
    meaning:
      'Redis or Valkey that counts rate limits, e.g. rediss://user:password@host:6379. Default: PostgreSQL counts them.',
    parse: url('redis:', 'rediss:'),
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  }),
  APP_URL: define({
    meaning:
      'Where links in mail lead: the frontend, whose pages post the token. Default in development: this service.',
    parse: url('http:', 'https:'),
    required: true,
    developmentOnly: localAddress,
    example: '',
  }),
  API_URL: define({
    meaning:
      'Where this API is reached from outside; also the issuer of access tokens. Default in development: this service.',
    parse: url('http:', 'https:'),
    required: true,
    developmentOnly: localAddress,
    example: '',
  }),
  APP_SECRET: define({
    meaning:
      'Seals secrets at rest. At least 32 characters (openssl rand -base64 48). Rotate: new one first, comma, old one.',
    parse: secrets,
    developmentFallback: [DEVELOPMENT_SECRET],
    required: true,
    secret: true,
    developmentOnly: knownSecrets([EXAMPLE_SECRET, DEVELOPMENT_SECRET], 'make one with: openssl rand -base64 48'),
    example: EXAMPLE_SECRET,
  }),
  PRODUCT_NAME: define({
    meaning: "The product's name in mails; also refused as a password.",
    parse: text,
    fallback: 'Plinth',
    example: 'Plinth',
  }),
  CORS_ORIGINS: define({
    meaning: 'Exact origins of browser clients, comma-separated.',
    parse: origins,
    fallback: [],
    example: '',
  }),
  TRUST_PROXY: define({
    meaning: 'Proxies in front: how many hops, or CIDR blocks, comma-separated. 0: none.',
    parse: proxies,
    fallback: false,
    example: '0',
  }),
  SMTP_URL: define({
    meaning: 'Mail server, e.g. smtps://user:password@smtp.example.com. Without it, development uses its mailbox.',
    parse: url('smtp:', 'smtps:'),
    required: true,
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  }),
  EMAIL_FROM: define({
    meaning: 'Sender of every mail.',
    parse: mailbox,
    developmentFallback: 'Plinth <no-reply@plinth.localhost>',
    required: true,
    developmentOnly: localSender,
    example: '',
  }),
  SES_TOPIC_ARNS: define({
    meaning: 'SNS topics whose bounces and complaints are accepted, comma-separated. Empty: the SES webhook is off.',
    parse: list,
    fallback: [],
    example: '',
  }),
  POSTMARK_WEBHOOK_AUTH: define({
    meaning: 'user:password of the Postmark webhook, comma-separated to rotate. Empty: off.',
    parse: credentials,
    fallback: [],
    secret: true,
    example: '',
  }),
  POSTMARK_WEBHOOK_SOURCES: define({
    meaning: 'Addresses or CIDR blocks that may call the Postmark webhook, comma-separated. Empty: any.',
    parse: blocks,
    fallback: [],
    example: '',
  }),
  RESEND_WEBHOOK_SECRET: define({
    meaning: 'Signing secret (whsec_...) of the Resend webhook, comma-separated to rotate. Empty: off.',
    parse: signingSecrets,
    fallback: [],
    secret: true,
    example: '',
  }),
  STRIPE_SECRET_KEY: define({
    meaning:
      'Key of Stripe (sk_..., better a restricted rk_...). Empty: development uses its sandbox, elsewhere billing is off and all have the free plan.',
    parse: stripeKey,
    secret: true,
    developmentOnly: knownSecrets([SANDBOX_KEY], 'take one from the Stripe dashboard'),
    example: '',
  }),
  STRIPE_WEBHOOK_SECRET: define({
    meaning: 'Signing secret (whsec_...) of the Stripe webhook, comma-separated to rotate. Empty: the webhook is off.',
    parse: list,
    fallback: [],
    secret: true,
    developmentOnly: knownSecrets(
      [SANDBOX_WEBHOOK_SECRET],
      'take the signing secret of your endpoint from the Stripe dashboard',
    ),
    example: '',
  }),
  STRIPE_API_BASE: define({
    meaning: "Where Stripe's API is, for a stand-in such as the sandbox; not in production. Default: Stripe's own.",
    parse: url('http:', 'https:'),
    developmentOnly: anotherStripe,
    example: '',
  }),
  STRIPE_SANDBOX_PORT: define({
    meaning: 'Development only: port of the Stripe sandbox.',
    parse: integer(1, 65_535),
    fallback: 12_111,
    example: '12111',
  }),
  BILLING_GRACE_DAYS: define({
    meaning: 'How long a plan outlives a missed payment, in days.',
    parse: integer(0, 60),
    fallback: 7,
    example: '7',
  }),
  BILLING_SEATS_FOLLOW_MEMBERS: define({
    meaning: 'Whether the seats of a subscription follow the number of members; otherwise they are bought.',
    parse: flag,
    fallback: true,
    example: 'true',
  }),
  BILLING_AUTOMATIC_TAX: define({
    meaning: 'Whether Stripe computes tax and asks for tax ids; needs Stripe Tax to be set up.',
    parse: flag,
    fallback: false,
    example: 'false',
  }),
  ACCESS_TOKEN_MINUTES: define({
    meaning: 'Lifetime of an access token, in minutes.',
    parse: integer(1, 60),
    fallback: 10,
    example: '10',
  }),
  SESSION_IDLE_DAYS: define({
    meaning: 'A session that is not refreshed for so many days ends.',
    parse: integer(1, 365),
    fallback: 30,
    example: '30',
  }),
  SESSION_ABSOLUTE_DAYS: define({
    meaning: 'A session ends after so many days, used or not.',
    parse: integer(1, 3_650),
    fallback: 180,
    example: '180',
  }),
  PASSWORD_HASH_MEMORY_KIB: define({
    meaning: 'argon2id memory, in KiB.',
    parse: integer(7_168, 1_048_576),
    fallback: 19_456,
    example: '19456',
  }),
  PASSWORD_HASH_ITERATIONS: define({ meaning: 'argon2id passes.', parse: integer(1, 20), fallback: 2, example: '2' }),
  PASSWORD_HASH_PARALLELISM: define({ meaning: 'argon2id lanes.', parse: integer(1, 16), fallback: 1, example: '1' }),
  PASSWORD_HASH_QUEUE: define({
    meaning: 'Password hashes that may wait; beyond it logins get 503 overloaded.',
    parse: integer(1, 10_000),
    fallback: 100,
    example: '100',
  }),
  BREACHED_PASSWORDS_URL: define({
    meaning:
      'Range query for breached passwords by k-anonymity, e.g. https://api.pwnedpasswords.com/range. Empty: off.',
    parse: url('http:', 'https:'),
    example: '',
  }),
  NETWORK_LIMIT_FACTOR: define({
    meaning: 'Multiplies the rate limits that count by network; raise it where many people share an address.',
    parse: integer(1, 10_000),
    fallback: 1,
    developmentFallback: 100,
    developmentOnly: formerExample('100', 'delete the line for the default, or choose another factor'),
    example: '',
  }),
  LOG_LEVEL: define({
    meaning: 'trace, debug, info, warn, error or silent.',
    parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    fallback: 'info',
    example: 'info',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: define({
    meaning: 'Where traces go, by OTLP over HTTP, e.g. http://localhost:4318. Empty: none are recorded.',
    parse: url('http:', 'https:'),
    example: '',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: define({
    meaning: 'Sent along with traces, e.g. the key of a hosted collector: name=value, comma-separated.',
    parse: headers,
    fallback: {},
    secret: true,
    example: '',
  }),
  OTEL_TRACES_SAMPLER_ARG: define({
    meaning: 'Share of traces that are recorded, 0 to 1, where the caller has not decided by its traceparent.',
    parse: share,
    fallback: 0.05,
    developmentFallback: 1,
    developmentOnly: formerExample('1', 'delete the line for the default, or write 1.0 to record every trace'),
    example: '',
  }),
  SENTRY_DSN: define({
    meaning: 'Where unexpected errors are reported: Sentry, or what npm run errors prints. Empty: only to the log.',
    parse: dsn,
    secret: true,
    example: '',
  }),
  RELEASE: define({
    meaning: 'What is deployed: a version or commit.',
    parse: text,
    fallback: 'unknown',
    developmentOnly: formerExample('dev', 'name the version or commit, or delete the line'),
    example: '',
  }),
  START_PATIENCE_SECONDS: define({
    meaning: 'On start: how long to wait for the database and for pending migrations before giving up, in seconds.',
    parse: integer(0, 600),
    fallback: 30,
    example: '30',
  }),
  DRAIN_DELAY_SECONDS: define({
    meaning: 'On stop: how long readiness is 503 before the port closes, so that load balancers notice, in seconds.',
    parse: integer(0, 120),
    fallback: 5,
    developmentFallback: 0,
    example: '',
  }),
  DRAIN_LIMIT_SECONDS: define({
    meaning: 'On stop: how long requests and jobs may take to finish after that, in seconds.',
    parse: integer(1, 600),
    fallback: 20,
    developmentFallback: 5,
    example: '',
  }),
  MAILBOX_SMTP_PORT: define({
    meaning: 'Development only: port where the mailbox takes mail.',
    parse: integer(1, 65_535),
    fallback: 1_025,
    example: '1025',
  }),
  MAILBOX_PORT: define({
    meaning: 'Development only: port of the page and API of the mailbox.',
    parse: integer(1, 65_535),
    fallback: 1_080,
    example: '1080',
  }),
  EMBEDDED_DATABASE_PORT: define({
    meaning: 'Development only: port of the embedded PostgreSQL. 0: any free one.',
    parse: integer(0, 65_535),
    fallback: 0,
    example: '0',
  }),
} as const satisfies Record<string, Setting<unknown>>;

export type Settings = typeof settings;
export type SettingName = keyof Settings;
