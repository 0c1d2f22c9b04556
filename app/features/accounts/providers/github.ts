/** GitHub's OAuth 2, which has neither discovery nor id tokens: fixed addresses, and the person from its API. */
import type { CustomFetch, ServerMetadata } from 'openid-client';
import { providerErrors } from './errors.ts';
import type { Claims } from './presets.ts';

/** @param issuer https://github.com, or a GitHub Enterprise Server */
export const githubMetadata = (issuer: string): ServerMetadata => ({
  issuer,
  authorization_endpoint: `${issuer}/login/oauth/authorize`,
  token_endpoint: `${issuer}/login/oauth/access_token`,
  token_endpoint_auth_methods_supported: ['client_secret_post'],
  code_challenge_methods_supported: ['S256'],
});

const apiOf = (issuer: string) => (issuer === 'https://github.com' ? 'https://api.github.com' : `${issuer}/api/v3`);

/** @returns the person as claims of OpenID Connect name them: the number is the subject, since names of users change hands */
export async function readGithubPerson(issuer: string, fetch: CustomFetch, token: string): Promise<Claims> {
  const read = async <T>(path: string): Promise<T> => {
    const headers = { accept: 'application/vnd.github+json', authorization: `Bearer ${token}`, 'user-agent': 'plinth' };
    const answer = await fetch(`${apiOf(issuer)}${path}`, {
      method: 'GET',
      headers,
      redirect: 'manual',
      body: null,
    } as never);
    if (answer.ok) return (await answer.json()) as T;
    throw answer.status >= 500 ? providerErrors.provider_unavailable() : providerErrors.provider_answer_invalid();
  };
  const user = await read<{ id: number; name: string | null }>('/user');
  if (!Number.isSafeInteger(user.id)) throw providerErrors.provider_answer_invalid();
  const addresses = await read<{ email: string; primary: boolean; verified: boolean }[]>('/user/emails');
  const primary = addresses.find((address) => address.primary);
  return {
    iss: issuer,
    sub: String(user.id),
    name: user.name,
    email: primary?.email,
    email_verified: primary?.verified,
  };
}
