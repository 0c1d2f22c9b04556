/** The identity providers, each of a few variables that its name is part of: `IDENTITY_PROVIDER_GOOGLE_CLIENT_ID`. */
import { integer, list, SettingFault } from '../../../platform/settings/parsers.ts';
import { defineSettings, type ReadVariable } from '../../../platform/settings/settings.ts';
import { type Preset, presets } from './presets.ts';

export interface ProviderSettings extends Preset {
  /** As in paths, e.g. `google`. */
  readonly name: string;
  /** Where the provider is found by discovery; for GitHub its own address. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whose addresses the provider may vouch for, beyond those of its own; `*` for all. In lower case. */
  readonly domains: readonly string[];
}

const NAME = /^[a-z][a-z0-9]{0,29}$/;

/** @throws SettingFault that names the variable */
function readProviders(value: string, variable: ReadVariable): ProviderSettings[] {
  const names = list(value);
  if (new Set(names).size !== names.length) throw new SettingFault('names a provider twice');
  return names.map((name) => readProvider(name, variable));
}

function readProvider(name: string, variable: ReadVariable): ProviderSettings {
  if (!NAME.test(name)) throw new SettingFault('must be names of lower-case letters and digits, comma-separated');
  const full = (part: string) => `IDENTITY_PROVIDER_${name.toUpperCase()}_${part}`;
  const required = (part: string): string => {
    const text = variable(full(part));
    if (!text) throw new SettingFault(`names ${name}, so ${full(part)} must be set`);
    return text;
  };
  const preset = presets[name];
  const tenant = variable(full('TENANT')) ?? 'common';
  const issuer = variable(full('ISSUER')) ?? preset?.issuer?.replace('{tenant}', tenant) ?? required('ISSUER');
  if (!URL.canParse(issuer) || !/^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(issuer))
    throw new SettingFault(`names ${name}, whose ${full('ISSUER')} must be a URL that starts with https://`);
  return {
    ...{ label: name, scope: 'openid email profile', ...preset },
    ...{ name, issuer, clientId: required('CLIENT_ID') },
    clientSecret: required('CLIENT_SECRET'),
    ...(variable(full('LABEL')) && { label: variable(full('LABEL'))! }),
    domains: list(variable(full('DOMAINS')) ?? '').map((domain) => domain.toLowerCase()),
  };
}

/** The provider of development, of which nobody else knows. */
export const LOCAL_NAME = 'local';
export const LOCAL_CLIENT = { clientId: 'plinth', clientSecret: 'development-only-secret-never-use-it-elsewhere' };

export const localProvider = (issuer: string): ProviderSettings => ({
  ...{ name: LOCAL_NAME, label: 'the local provider', scope: 'openid email profile', issuer },
  ...{ ...LOCAL_CLIENT, domains: ['local.example'] },
});

const own = defineSettings('Identity providers', {
  IDENTITY_PROVIDERS: {
    meaning:
      'Providers that people may sign in with, comma-separated: google, github, microsoft, apple, or any other name. Each needs IDENTITY_PROVIDER_<NAME>_CLIENT_ID and …_CLIENT_SECRET, and another name also …_ISSUER. All variables: docs/identity-providers.md.',
    parse: readProviders,
    fallback: [],
    example: '',
  },
  LOCAL_PROVIDER_PORT: {
    meaning: 'Development only: port of the local identity provider.',
    parse: integer(1, 65_535),
    fallback: 5_080,
    example: '5080',
  },
});
type Own = typeof own;

declare module '../../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
