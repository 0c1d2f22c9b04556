/** The scene of tests of identity providers: a real one in this process, and browsers that keep cookies. */
import assert from 'node:assert/strict';
import { type Answer, type Call, startTestService, type TestService } from '../../../../../test/service.ts';
import {
  type LocalKey,
  type LocalPerson,
  type LocalProvider,
  type LocalProviderOptions,
  makeLocalKey,
  startLocalProvider,
} from '../local-provider.ts';

/** What the service is for the providers of tests. */
export const CLIENT = { clientId: 'plinth', clientSecret: 'a client secret of tests, long enough' };
export const redirectUriOf = (name: string) => `https://api.example.com/v1/sessions/provider/${name}/callback`;

export const persons: LocalPerson[] = [
  { sub: 'ada', name: 'Ada Lovelace', email: 'ada@works.example', email_verified: true },
  { sub: 'grace', name: 'Grace Hopper', email: 'grace@works.example', email_verified: true },
  { sub: 'unverified', name: 'Linus', email: 'linus@works.example', email_verified: false },
  { sub: 'elsewhere', name: 'Eve', email: 'eve@elsewhere.example', email_verified: true },
  { sub: 'nobody', name: 'Nobody' },
];

export const providerOf = (name: string, options: Partial<LocalProviderOptions> = {}): Promise<LocalProvider> =>
  startLocalProvider({ port: 0, ...CLIENT, redirectUri: redirectUriOf(name), people: persons, ...options });

/** The settings of providers, each by its name and issuer. */
export function settingsOf(issuers: Record<string, string>, more: Record<string, string> = {}): Record<string, string> {
  const each = Object.entries(issuers).flatMap(([name, issuer]) => {
    const full = (part: string) => `IDENTITY_PROVIDER_${name.toUpperCase()}_${part}`;
    return [
      [full('ISSUER'), issuer],
      [full('CLIENT_ID'), CLIENT.clientId],
      [full('CLIENT_SECRET'), CLIENT.clientSecret],
      [full('DOMAINS'), 'works.example'],
    ];
  });
  return { IDENTITY_PROVIDERS: Object.keys(issuers).join(','), ...Object.fromEntries(each), ...more };
}

export interface ProviderScene {
  readonly test: TestService;
  readonly provider: LocalProvider;
  /** Replaces the keys of the provider, as a provider does that changes them. */
  changeKeys(keys?: LocalKey[]): Promise<void>;
  close(): Promise<void>;
}

/** A service with the provider `local`, which restarts on its port when its keys change. */
export async function startWithProvider(
  options: Partial<LocalProviderOptions> = {},
  more: Record<string, string> = {},
): Promise<ProviderScene> {
  let provider = await providerOf('local', options);
  const { url } = provider;
  const test = await startTestService({ schedules: false, env: settingsOf({ local: url }, more) });
  return {
    test,
    provider,
    async changeKeys(keys = [makeLocalKey('another')]) {
      await provider.close();
      provider = await providerOf('local', { ...options, keys, port: Number(new URL(url).port) });
    },
    async close() {
      await test.close();
      await provider.close();
    },
  };
}

/** Keeps cookies, by host, and follows no redirect by itself. */
export class Browser {
  readonly cookies = new Map<string, Map<string, string>>();

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const jar = this.cookies.get(host) ?? new Map<string, string>();
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    this.cookies.set(host, jar);
    return answer;
  }

  /** A call of the API. */
  async call({ url }: TestService, path: string, { method, body, token }: Call = {}): Promise<Answer> {
    const answer = await this.fetch(`${url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: isJson && text ? JSON.parse(text) : text };
  }

  /** Starts a sign-in. @returns the address at the provider */
  async start(test: TestService, body: object = {}, name = 'local'): Promise<string> {
    const answer = await this.call(test, `/v1/sessions/provider/${name}/start`, { body });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.url;
  }

  /** Chooses a person at the provider. @returns the parameters of the callback */
  async choose(address: string, person: string): Promise<URLSearchParams> {
    let next = address;
    for (let step = 0; step < 10; step++) {
      const { origin, pathname } = new URL(next);
      if (origin === 'https://api.example.com') return new URL(next).searchParams;
      const isPage = pathname.startsWith('/people/');
      const answer = await this.fetch(next, isPage ? { method: 'POST', body: new URLSearchParams({ person }) } : {});
      const location = answer.headers.get('location');
      assert.ok(location, `${answer.status} ${await answer.text()}`);
      next = new URL(location, next).href;
    }
    return assert.fail('the provider sends the browser around in circles');
  }

  /** Brings the parameters back. @returns those that the frontend gets */
  async comeBack(test: TestService, answer: URLSearchParams, name = 'local'): Promise<Record<string, string>> {
    const { status, headers } = await this.call(test, `/v1/sessions/provider/${name}/callback?${answer}`);
    assert.equal(status, 303);
    const target = new URL(headers.get('location')!);
    assert.equal(target.origin + target.pathname, 'https://app.example.com/sign-in/provider');
    return Object.fromEntries(target.searchParams);
  }

  /** All of it up to the code. */
  async prove(test: TestService, person: string, body: object = {}): Promise<Record<string, string>> {
    return this.comeBack(test, await this.choose(await this.start(test, body), person));
  }

  redeem(test: TestService, code: string | undefined): Promise<Answer> {
    return this.call(test, '/v1/sessions/provider', { body: { code } });
  }
}
