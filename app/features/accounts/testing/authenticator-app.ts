/** A person with an authenticator app, and what answers say about them. */
import assert from 'node:assert/strict';
import { codeAt } from '../../../../scripts/demo/one-time-codes.ts';
import type { Answer, SignedInUser, TestService } from '../../../../test/service.ts';

/** Sets up an app for a person who is signed in, over HTTP. @returns its secret. The code of this moment is used up. */
export async function addTotp(
  test: TestService,
  { accessToken: token }: Pick<SignedInUser, 'accessToken'>,
): Promise<string> {
  const { status, body } = await test.request('/v1/users/me/totp', { method: 'POST', token });
  assert.equal(status, 201, JSON.stringify(body));
  const code = codeAt(body.secret, test.clock.now());
  const confirmed = await test.request('/v1/users/me/totp/confirm', { token, body: { code } });
  assert.equal(confirmed.status, 204, JSON.stringify(confirmed.body));
  return body.secret;
}

/** Signs in with the password, which is not enough. @returns the challenge, and the cookies of the answer */
export async function challenged(
  test: TestService,
  { email, password, ...more }: Pick<SignedInUser, 'email' | 'password'> & { mode?: string; deviceToken?: string },
  headers: Record<string, string> = {},
): Promise<{ token: string; factors: string[]; expiresAt: string; cookie: string; answer: Answer }> {
  const { mode, deviceToken } = more;
  const body = { email, password, mode, deviceToken };
  const answer = await test.request('/v1/sessions', { body, headers });
  assert.equal(`${answer.status} ${answer.body.code}`, '403 second_factor_required', JSON.stringify(answer.body));
  return { ...answer.body.challenge, cookie: cookiesOf(answer), answer };
}

/** The cookies that an answer has set, as a browser sends them back. */
export const cookiesOf = ({ headers }: Pick<Answer, 'headers'>): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0]!)
    .join('; ');

/** The claims of an access token. */
export function claimsOf(accessToken: string): { amr: string[]; auth_time: number; sub: string } {
  return JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString());
}
