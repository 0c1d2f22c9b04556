/** The tokens that verifiers are tried with: one that is good, and others that differ from it in one thing. */
import { createHmac } from 'node:crypto';
import type { Person } from '../../../../../scripts/clients/person.ts';

export interface Trial {
  readonly about: string;
  readonly token: string;
  /** `user organization role` of a token that must be accepted; undefined for one that must be refused. */
  readonly subject: string | undefined;
}

export interface Issuing {
  readonly subject: string;
  token(audience: string): Promise<string>;
  trials(audience: string, otherAudience: string): Promise<Trial[]>;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());

export function createIssuing(apiUrl: string, { token: accessToken, organizationId }: Person): Issuing {
  const { sub } = decode(accessToken.split('.')[1]);

  async function token(audience: string): Promise<string> {
    const grant = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const answer = await fetch(`${apiUrl}/v1/tokens/exchange`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
      body: new URLSearchParams({ grant_type: grant, audience, organization: organizationId }),
    });
    if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  async function trials(audience: string, otherAudience: string): Promise<Trial[]> {
    const good = await token(audience);
    const [head = '', body = '', signature = ''] = good.split('.');
    const [header, claims] = [decode(head), decode(body)];
    const { keys } = (await (await fetch(`${apiUrl}/.well-known/jwks.json`)).json()) as { keys: { x: string }[] };
    const hmac = (input: string) => createHmac('sha256', keys[0]!.x).update(input).digest('base64url');
    const symmetric = `${encode({ ...header, alg: 'HS256' })}.${body}`;
    const bad = {
      'a token for another audience': await token(otherAudience),
      'the access token of a session': accessToken,
      'changed claims': `${head}.${encode({ ...claims, role: 'admin' })}.${signature}`,
      'a changed signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      'no signature': `${encode({ ...header, alg: 'none' })}.${body}.`,
      'another algorithm': `${symmetric}.${hmac(symmetric)}`,
      'another type': `${encode({ ...header, typ: 'JWT' })}.${body}.${signature}`,
      'an unknown key': `${encode({ ...header, kid: 'unknown' })}.${body}.${signature}`,
      'no token': 'nonsense',
    };
    return [
      { about: 'a good token', token: good, subject: `${sub} ${organizationId} owner` },
      ...Object.entries(bad).map(([about, refused]) => ({ about, token: refused, subject: undefined })),
    ];
  }

  return { subject: `${sub} ${organizationId} owner`, token, trials };
}
