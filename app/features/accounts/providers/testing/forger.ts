/** A provider by hand, which can forge each part of its answers. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, TestService } from '../../../../../test/service.ts';
import { Browser } from './scene.ts';

type Claims = Record<string, unknown>;
/** What differs from a good answer. */
export interface Forged {
  header?: Claims;
  claims?: Claims;
  key?: KeyObject;
  metadata?: Claims;
  answer?: Claims;
  sign?: (input: string) => string;
}

const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

export interface Forger {
  /** The issuer. */
  readonly url: string;
  /**
   * A whole sign-in with the provider `name`.
   * @param start where it begins, if not as people sign in
   * @returns what the frontend gets, and the answer to the code that it then redeems
   */
  prove(test: TestService, how: Forged, name: string, start?: { path: string; token: string }): Promise<Proved>;
  close(): void;
}

interface Proved {
  readonly code?: string;
  readonly error?: string;
  /** `passed` after a test run. */
  readonly test?: string;
  readonly redeemed?: Answer;
}

/** Starts a provider that answers as its caller says, with a key of its own. */
export async function startForger(): Promise<Forger> {
  let forged: Forged = {};
  let nonce = '';
  const json = (response: ServerResponse, body: object) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server: Server = createServer((request, response) => {
    const issuer = forger.url;
    if (request.url === '/keys')
      return json(response, {
        keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'own', alg: 'RS256', use: 'sig' }],
      });
    if (request.url !== '/token')
      return json(response, {
        ...{
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
        },
        ...forged.metadata,
      });
    const now = Math.floor(Date.now() / 1_000);
    const header = { alg: 'RS256', kid: 'own', ...forged.header };
    const claims = {
      ...{ iss: issuer, aud: 'plinth', sub: 'forged', nonce, iat: now, exp: now + 300 },
      ...{ email: 'forged@works.example', email_verified: true },
      ...forged.claims,
    };
    const input = `${encode(header)}.${encode(claims)}`;
    const signature =
      forged.sign?.(input) ?? sign('sha256', Buffer.from(input), forged.key ?? own.privateKey).toString('base64url');
    return json(response, {
      access_token: 'x',
      token_type: 'Bearer',
      id_token: `${input}.${signature}`,
      ...forged.answer,
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const forger: Forger = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async prove(test, how, name, start) {
      forged = how;
      const browser = new Browser();
      const { path = `/v1/sessions/provider/${name}/start`, token } = start ?? {};
      const started = await browser.call(test, path, { body: {}, ...(token && { token }) });
      if (started.status !== 200) return { error: started.body.code };
      const url = new URL(started.body.url);
      nonce = url.searchParams.get('nonce')!;
      const answer = new URLSearchParams({ code: 'c', state: url.searchParams.get('state')! });
      const back: Proved = await browser.comeBack(test, answer, name);
      return back.code ? { ...back, redeemed: await browser.redeem(test, back.code) } : back;
    },
    close: () => void server.close(),
  };
  return forger;
}
