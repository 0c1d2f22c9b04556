/** An authenticator app for tests, from the text of RFC 6238 and RFC 4226, and not from the library that the service uses. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { Answer, SignedInUser, TestService } from '../../../../test/service.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of a base32 secret at an instant, `steps` time steps away. */
export function codeAt(secret: string, at: Date, steps = 0): string {
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac.at(-1)! & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

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
