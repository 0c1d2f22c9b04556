/** The oddities of well-known identity providers. */
import { createPrivateKey, sign } from 'node:crypto';
import { SECOND_MS } from '../../../platform/clock.ts';

export interface Preset {
  /** For people. */
  readonly label: string;
  readonly issuer?: string;
  readonly scope: string;
  /** Apple posts its answer, where others redirect. */
  readonly responseMode?: 'form_post';
  /** GitHub speaks OAuth 2 without OpenID Connect. */
  readonly protocol?: 'github';
  /** Makes the client secret out of what the setting has. @param now of the signature */
  readonly signSecret?: (setting: string, clientId: string, now: Date) => string;
  /** True if the provider has verified the address, in claims that say so otherwise than by `email_verified`. */
  readonly hasVerified?: (claims: Claims) => boolean;
  /** True if the provider is an authority for addresses of the domain. */
  readonly vouchesFor?: (domain: string, claims: Claims) => boolean;
}

export type Claims = Readonly<Record<string, unknown>>;

const among =
  (...domains: string[]) =>
  (domain: string) =>
    domains.includes(domain);

export const presets: Readonly<Record<string, Preset>> = {
  google: {
    label: 'Google',
    issuer: 'https://accounts.google.com',
    scope: 'openid email profile',
    // An address of another domain was verified once; who has it today, Google does not know.
    vouchesFor: (domain, { hd }) => among('gmail.com', 'googlemail.com')(domain) || hd === domain,
  },
  microsoft: {
    label: 'Microsoft',
    issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
    scope: 'openid email profile',
    // An administrator of any tenant can write any address; only `xms_edov` says that the owner of the domain did.
    hasVerified: ({ xms_edov }) => xms_edov === true || xms_edov === 1 || xms_edov === '1' || xms_edov === 'true',
    vouchesFor: (_domain, { xms_edov }) => xms_edov !== undefined,
  },
  apple: {
    label: 'Apple',
    issuer: 'https://appleid.apple.com',
    scope: 'openid email name',
    responseMode: 'form_post',
    signSecret: signAppleSecret,
    vouchesFor: among('icloud.com', 'me.com', 'mac.com', 'privaterelay.appleid.com'),
  },
  github: {
    label: 'GitHub',
    issuer: 'https://github.com',
    scope: 'read:user user:email',
    protocol: 'github',
  },
};

const SECRET_SECONDS = 300;

/**
 * Apple's client secret: a JWT that our key signs.
 * @param setting `team:key:private key`: the ids of the team and of the key, and the key (PKCS #8) in base64, without its first and last line
 */
function signAppleSecret(setting: string, clientId: string, now: Date): string {
  const [team = '', kid = '', body = ''] = setting.split(':');
  const key = createPrivateKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'pkcs8' });
  const iat = Math.floor(now.getTime() / SECOND_MS);
  const claims = { iss: team, sub: clientId, aud: 'https://appleid.apple.com', iat, exp: iat + SECRET_SECONDS };
  const input = [{ alg: 'ES256', kid }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
