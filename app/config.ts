/** Environment -> one typed, frozen `Config`. Reports every fault at once, and never a secret's value. */
import { readFileSync } from 'node:fs';
import { composeValues, DEVELOPMENT_SECRET, EXAMPLE_SECRET } from './platform/settings/development-values.ts';
import { SettingFault } from './platform/settings/parsers.ts';
import type { Setting, DeclaredSettings as Settings } from './platform/settings/settings.ts';
import { type Environment, type SettingName, settings } from './settings.ts';

type HasDefault = { fallback: unknown } | { required: true; developmentFallback: unknown };
type Value<N extends SettingName> =
  | ReturnType<Settings[N]['parse']>
  | (Settings[N] extends HasDefault ? never : undefined);
type CamelCase<S extends string> = S extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<S>;

/** A setting `DATABASE_POOL_SIZE` is `config.databasePoolSize`; one without a default may be undefined. */
export type Config = { readonly [N in SettingName as CamelCase<N>]: Value<N> };

/** A configuration in which nothing is missing: read outside development, or completed by development's stand-ins. */
export type CompleteConfig = Config & {
  [N in 'databaseUrl' | 'smtpUrl' | 'appUrl' | 'apiUrl']: NonNullable<Config[N]>;
};

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.faults = faults;
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings.
 * @param variables usually `process.env`
 * @throws ConfigError naming every fault
 */
export function readConfig(variables: Variables): Config {
  const faults: string[] = [];
  const variable = (name: string) => textOf(name, { secret: true }, variables);
  const values: Record<string, unknown> = {};
  const local = isLocal(variables.APP_ENV);

  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    try {
      const given = textOf(name, setting, variables);
      values[camelCase(name)] = given === undefined ? defaultOf(setting, local) : setting.parse(given, variable);
      if (local) continue;
      if (given === undefined && setting.required) faults.push(`${name} is missing: ${setting.meaning}`);
      const reason = given && setting.developmentOnly?.(given, variables.APP_ENV!);
      if (reason) faults.push(`${name} ${reason}`);
    } catch (error) {
      if (!(error instanceof SettingFault)) throw error;
      faults.push(`${name} ${error.message}`);
    }
  }
  // Without a frontend of its own, a product has the account app.
  if (!values.appUrl && values.apiUrl) values.appUrl = `${values.apiUrl}/app`;
  const config = values as unknown as Config;
  if (!local) faults.push(...weaknesses(config), ...ofCompose(variables));
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config);
}

/** Well-formed values that must not go live, whether development has them or not. */
function weaknesses(config: Config): string[] {
  const faults: string[] = [];
  // These have been refused by name.
  const known = [EXAMPLE_SECRET, DEVELOPMENT_SECRET];
  const random = config.appSecret?.filter((secret) => !known.includes(secret));
  if (random?.some((secret) => new Set(secret).size < 12)) {
    faults.push('APP_SECRET is too regular to be random; make one with: openssl rand -base64 48');
  }
  if (config.appEnv === 'production') {
    for (const [name, value] of [
      ['APP_URL', config.appUrl],
      ['API_URL', config.apiUrl],
    ] as const) {
      if (value?.startsWith('http://')) faults.push(`${name} must use https in production`);
    }
    for (const origin of config.corsOrigins ?? []) {
      if (origin.startsWith('http://')) faults.push(`CORS_ORIGINS must use https in production: ${origin}`);
    }
  }
  return faults;
}

/** What the variables of Docker Compose have of development. */
function ofCompose(variables: Variables): string[] {
  return Object.entries(composeValues).flatMap(([name, check]) => {
    const reason = variables[name] && check(variables[name], variables.APP_ENV!);
    return reason ? [`${name} ${reason}`] : [];
  });
}

function textOf(name: string, setting: Pick<Setting<unknown>, 'secret'>, variables: Variables): string | undefined {
  const file = setting.secret ? variables[`${name}_FILE`] : undefined;
  const value = variables[name];
  if (file) {
    if (value) throw new SettingFault(`is set twice: as ${name} and as ${name}_FILE`);
    try {
      return readFileSync(file, 'utf8').trim() || undefined;
    } catch (error) {
      throw new SettingFault(
        `cannot be read from the file that ${name}_FILE names (${(error as NodeJS.ErrnoException).code})`,
      );
    }
  }
  return value === '' ? undefined : value;
}

function defaultOf(setting: Setting<unknown>, local: boolean): unknown {
  return local && setting.developmentFallback !== undefined ? setting.developmentFallback : setting.fallback;
}

function isLocal(environment: string | undefined): boolean {
  const known: readonly (string | undefined)[] = ['development', 'test', undefined, ''] satisfies (
    | Environment
    | undefined
    | ''
  )[];
  return known.includes(environment);
}

export function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
}
