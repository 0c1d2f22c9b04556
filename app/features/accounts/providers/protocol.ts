/**
 * What is said to an identity provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9700), and GitHub's OAuth 2.
 * Nothing is stored here, and an error is named here, once, for everybody.
 */
import * as oidc from 'openid-client';
import { CLOCK_TOLERANCE_MS, type Clock, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../platform/clock.ts';
import { Problem, type ProblemFactory } from '../../../platform/errors.ts';
import type { DestinationRules } from '../../../platform/http/outgoing/destinations.ts';
import { providerErrors } from './errors.ts';
import { githubMetadata, readGithubPerson } from './github.ts';
import { createOutgoing, type Outgoing, PROVIDER_LIMIT_MS, type Reach } from './outgoing.ts';
import type { Claims } from './presets.ts';
import type { ProviderSettings } from './settings.ts';
import { cleanTokenAnswer } from './token-answers.ts';

/** The secrets of one sign-in at a provider. */
export interface Secrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** A person as the provider knows them. */
export interface ProvenIdentity {
  /** With the subject, the identity; the address is none. */
  readonly issuer: string;
  readonly subject: string;
  readonly address: string | null;
  /** True if the provider has verified the address, and is an authority for its domain. */
  readonly vouched: boolean;
  readonly name: string | null;
  /** True if the ID token says that several factors were asked for: `mfa` in `amr` (RFC 8176). */
  readonly hasSecondFactor: boolean;
}

export interface ProviderProtocol {
  /** Where to send the browser. @throws `provider_unavailable` */
  authorizationUrl(secrets: Secrets): Promise<string>;
  /**
   * Redeems the code of an answer.
   * @param answer the parameters of the callback
   * @throws `provider_access_denied`, `provider_answer_invalid`, `provider_misconfigured`, `provider_unavailable`
   */
  prove(answer: URLSearchParams, secrets: Secrets): Promise<ProvenIdentity>;
  /** Reads the metadata anew, for `doctor`. @returns the issuer that it names @throws as `authorizationUrl` */
  examine(): Promise<string>;
  close(): Promise<void>;
}

export interface ProtocolOptions {
  provider: ProviderSettings;
  clock: Clock;
  redirectUri: string;
  rules: DestinationRules;
  /** False for an issuer that no operator has named: it must be a machine of the internet. Default true. */
  trusted?: boolean;
  reach?: Reach | undefined;
}

const KEPT_METADATA_MS = HOUR_MS;
const KEPT_KEYS_MS = 5 * MINUTE_MS;
/** The library asks again for an unknown key only if those that it has are older than 60 seconds: kept ones are always presented as such. */
const ASK_AGAIN_SECONDS = 61;

export function createProtocol({
  provider,
  clock,
  redirectUri,
  rules,
  trusted = true,
  reach = {},
}: ProtocolOptions): ProviderProtocol {
  const { limitMs = PROVIDER_LIMIT_MS } = reach;
  const outgoing: Outgoing = createOutgoing(provider.issuer, rules, trusted, reach);
  let metadata: { text: string; url: string; atMs: number } | undefined;
  let keys: { jwks: oidc.ExportedJWKSCache['jwks']; atMs: number } | undefined;

  /** The metadata are answered from memory for an hour. */
  function fetchFor(signal: AbortSignal): oidc.CustomFetch {
    const send = outgoing.fetchUntil(signal);
    return async (url, options) => {
      if (metadata?.url === url && performance.now() - metadata.atMs < KEPT_METADATA_MS)
        return new Response(metadata.text, { headers: { 'content-type': 'application/json' } });
      const answer = await send(url, options);
      if (options.method === 'POST') return cleanTokenAnswer(answer);
      if (!url.includes('/.well-known/') || !answer.ok) return answer;
      const text = await answer.text();
      metadata = { text, url, atMs: performance.now() };
      return new Response(text, { headers: answer.headers });
    };
  }

  function clientSecret(): string {
    const { signSecret, clientSecret: given, clientId } = provider;
    return signSecret ? signSecret(given, clientId, clock.now()) : given;
  }

  /** Of one step: it ends after `limitMs`, whatever of it hangs. */
  async function configure(): Promise<oidc.Configuration> {
    const fetch = fetchFor(AbortSignal.timeout(limitMs));
    const skewSeconds = Math.round((clock.now().getTime() - Date.now()) / SECOND_MS);
    const client = { [oidc.clockSkew]: skewSeconds, [oidc.clockTolerance]: CLOCK_TOLERANCE_MS / SECOND_MS };
    const execute = provider.issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
    const config =
      provider.protocol === 'github'
        ? new oidc.Configuration(githubMetadata(provider.issuer), provider.clientId, client, authenticate)
        : await oidc.discovery(new URL(provider.issuer), provider.clientId, client, authenticate, {
            ...{ execute, timeout: limitMs / SECOND_MS, [oidc.customFetch]: fetch },
          });
    if (provider.protocol === 'github') for (const extend of execute) extend(config);
    config[oidc.customFetch] = fetch;
    config.timeout = limitMs / SECOND_MS;
    if (provider.protocol !== 'github') {
      oidc.enableNonRepudiationChecks(config);
      if (keys && performance.now() - keys.atMs < KEPT_KEYS_MS)
        oidc.setJwksCache(config, { jwks: keys.jwks, uat: Math.floor(Date.now() / SECOND_MS) - ASK_AGAIN_SECONDS });
    }
    return config;
  }

  /** By the method that the provider names; Basic is the default (RFC 8414 section 2). */
  const authenticate: oidc.ClientAuth = (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const method = methods.includes('client_secret_basic') ? oidc.ClientSecretBasic : oidc.ClientSecretPost;
    return method(clientSecret())(server, client, body, headers);
  };

  async function named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof Problem ? error : nameOf(error)({ cause: error });
    }
  }

  async function proveByOidc(config: oidc.Configuration, url: URL, secrets: Secrets): Promise<Claims> {
    const { state: expectedState, nonce: expectedNonce, verifier: pkceCodeVerifier } = secrets;
    const checks = { expectedState, expectedNonce, pkceCodeVerifier, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(config, url, checks).finally(() => keepKeys(config));
    const claims: Claims = { ...tokens.claims()! };
    if (claims.email !== undefined || !config.serverMetadata().userinfo_endpoint) return claims;
    // How somebody has signed in is said by the signed token alone.
    const { amr: _amr, ...more } = await oidc.fetchUserInfo(config, tokens.access_token, String(claims.sub));
    return { ...more, ...claims };
  }

  function keepKeys(config: oidc.Configuration): void {
    const cache = oidc.getJwksCache(config);
    if (cache && cache.jwks !== keys?.jwks) keys = { jwks: cache.jwks, atMs: performance.now() };
  }

  return {
    authorizationUrl: ({ state, nonce, verifier }) =>
      named(async () => {
        const config = await configure();
        const url = oidc.buildAuthorizationUrl(config, {
          ...{ redirect_uri: redirectUri, scope: provider.scope, state },
          code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...(provider.protocol !== 'github' && { nonce }),
          ...(provider.responseMode && { response_mode: provider.responseMode }),
        });
        return url.href;
      }),

    prove: (answer, secrets) =>
      named(async () => {
        const config = await configure();
        const url = new URL(`${redirectUri}?${answer}`);
        if (provider.protocol === 'github') {
          const checks = { expectedState: secrets.state, pkceCodeVerifier: secrets.verifier };
          const { access_token: token } = await oidc.authorizationCodeGrant(config, url, checks);
          return identityOf(
            provider,
            await readGithubPerson(provider.issuer, config[oidc.customFetch]!, token),
            answer,
          );
        }
        return identityOf(provider, await proveByOidc(config, url, secrets), answer);
      }),

    examine: () =>
      named(async () => {
        metadata = undefined;
        return (await configure()).serverMetadata().issuer;
      }),

    close: () => outgoing.close(),
  };
}

function identityOf(provider: ProviderSettings, claims: Claims, answer: URLSearchParams): ProvenIdentity {
  const { iss, sub, email, name, amr, email_verified: verified } = claims;
  const address = typeof email === 'string' && email.includes('@') ? email : null;
  const domain = address?.slice(address.lastIndexOf('@') + 1).toLowerCase() ?? '';
  // As text from Apple.
  const isVerified = provider.hasVerified?.(claims) ?? (verified === true || verified === 'true');
  const isAuthority =
    provider.domains.includes('*') ||
    provider.domains.includes(domain) ||
    provider.vouchesFor?.(domain, claims) === true;
  return {
    issuer: String(iss),
    subject: String(sub),
    address,
    vouched: address !== null && isVerified && isAuthority,
    name: (typeof name === 'string' && name) || appleName(answer.get('user')),
    hasSecondFactor: Array.isArray(amr) && amr.includes('mfa'),
  };
}

/** Apple sends the name beside the code, and only at the first sign-in. */
function appleName(user: string | null): string | null {
  try {
    const { firstName = '', lastName = '' } = JSON.parse(user ?? '').name;
    return `${firstName} ${lastName}`.trim() || null;
  } catch {
    return null;
  }
}

/** Errors of the provider's OAuth (RFC 6749 sections 4.1.2.1 and 5.2) that this service, or its settings, cause. */
const OF_SETTINGS = ['invalid_client', 'unauthorized_client', 'invalid_scope', 'unsupported_response_type'];
const OF_PROVIDER = ['server_error', 'temporarily_unavailable'];
const OF_PERSON = [
  'access_denied',
  'consent_required',
  'login_required',
  'interaction_required',
  'user_cancelled_authorize',
];
/** What openid-client calls an answer that is there, and is wrong. */
const WRONG = [
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  ...['OAUTH_INVALID_RESPONSE', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED'],
  ...['OAUTH_KEY_SELECTION_FAILED', 'OAUTH_MISSING_SERVER_METADATA', 'OAUTH_PARSE_ERROR', 'OAUTH_INVALID_REQUEST'],
];

/** @returns the problem that an error of the library, or of the network, is */
function nameOf(error: unknown): ProblemFactory {
  const { error: said, code = '', status = 0 } = error as { error?: string; code?: string; status?: number };
  if (said !== undefined && OF_SETTINGS.includes(said)) return providerErrors.provider_misconfigured;
  if (said !== undefined && OF_PERSON.includes(said)) return providerErrors.provider_access_denied;
  if (said !== undefined && OF_PROVIDER.includes(said)) return providerErrors.provider_unavailable;
  if (said !== undefined) return providerErrors.provider_answer_invalid;
  // A wrong secret in a Basic header may be answered with a challenge alone.
  if (code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' || status === 401) return providerErrors.provider_misconfigured;
  if (WRONG.includes(code)) return providerErrors.provider_answer_invalid;
  return providerErrors.provider_unavailable;
}
