import { list, SettingFault } from '../../platform/settings/parsers.ts';
import { defineSettings } from '../../platform/settings/settings.ts';

/** Another service of the product, as the setting names it. */
export interface ServiceClient {
  readonly id: string;
  /** SHA-256 of its secret. */
  readonly secretHash: Buffer;
  /** The audiences whose tokens are for it. */
  readonly audiences: readonly string[];
}

/** Neither needs escaping in a header or in a form (RFC 6749 section 2.3.1). */
const CLIENT = /^([A-Za-z0-9._-]{1,60}):([A-Za-z0-9_-]{43}):(.+)$/;
/** An absolute URI or a name (RFC 7519 section 2, StringOrURI), without the separators of the setting. */
const AUDIENCE = /^[!-+\--{}~]{1,200}$/;

/** @throws SettingFault */
export function parseServiceClients(value: string): ServiceClient[] {
  return list(value).map((entry) => {
    const [, id, hash, audiences = ''] = CLIENT.exec(entry) ?? [];
    const each = audiences.split('|');
    if (!id || !hash || !each.every((audience) => AUDIENCE.test(audience)))
      throw new SettingFault('must be entries as `plinth service-clients make` prints them, comma-separated');
    return { id, secretHash: Buffer.from(hash, 'base64url'), audiences: each };
  });
}

/** The entry of a client in the setting. */
export const formatServiceClient = ({ id, secretHash, audiences }: ServiceClient): string =>
  `${id}:${secretHash.toString('base64url')}:${audiences.join('|')}`;

/** The client of the demo. Only development and tests know it by default. */
export const DEMO_CLIENT = {
  id: 'reports',
  secret: 'pls_development-only-secret-never-use-it-elsewhere',
  audience: 'https://reports.example.com',
};
const DEMO_ENTRY = `${DEMO_CLIENT.id}:S-2TlNfuJCYP8v4VKjclOLg2lNjvRWlCnPzQw6A0dOY:${DEMO_CLIENT.audience}`;

const own = defineSettings('Tokens for other services', {
  SERVICE_CLIENTS: {
    meaning:
      'Other services of the product, comma-separated: `id:hash:audience`, several audiences separated by |. `plinth service-clients make` prints an entry. Two entries with one id: while a secret is replaced.',
    parse: parseServiceClients,
    fallback: [],
    developmentFallback: parseServiceClients(DEMO_ENTRY),
    developmentOnly: (value) =>
      value.includes(DEMO_ENTRY) ? 'has the client of development, whose secret everybody knows; remove it' : undefined,
    example: '',
  },
});
type Own = typeof own;

declare module '../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
