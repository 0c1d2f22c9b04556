/** A person signs in with the local identity provider, as a browser does: it keeps cookies, and follows where it is sent. */
import type { Stage } from '../../../../scripts/demo/stage.ts';
import { LOCAL_NAME } from '../providers/settings.ts';

/** Left out where the service has other providers. */
export async function signInWithProvider(stage: Stage): Promise<void> {
  if (!(await hasLocalProvider(stage))) return;
  stage.chapter('Grace signs in with another provider, without a password');
  const browser = createBrowser();
  const path = `/v1/sessions/provider/${LOCAL_NAME}/start`;
  const { url } = await stage.elsewhere(
    'start: the answer says where to go',
    async () => (await browser(`${stage.apiUrl}${path}`, {})).json() as Promise<{ url: string }>,
    ({ url: address }) => new URL(address).host,
  );
  const code = await stage.elsewhere(
    'choose a person there, and come back with a code',
    async () => (await follow(browser, url, 'grace')).get('code') ?? '',
    (found) => `${found.slice(0, 8)}…`,
  );
  const signedIn = await stage.elsewhere(
    'exchange the code for a session',
    async () => (await browser(`${stage.apiUrl}/v1/sessions/provider`, { code })).json() as Promise<SignedIn>,
    ({ user }) => user.email,
  );
  stage.expect(signedIn.user.email === 'grace@local.example', `${signedIn.user.email} has signed in`);
  const { body: linked } = await stage.step('list the identities', '/v1/users/me/identities', 200, {
    token: signedIn.accessToken,
  });
  stage.expect(linked.data[0].provider === LOCAL_NAME, 'the identity is not linked');
}

/** False where the service has other providers, or runs where there are no stand-ins. */
export async function hasLocalProvider(stage: Pick<Stage, 'request'>): Promise<boolean> {
  const { body } = await stage.request('/v1/identity-providers');
  return body.data.some(({ name }: { name: string }) => name === LOCAL_NAME);
}

interface SignedIn {
  accessToken: string;
  user: { email: string };
}

export type BrowserFetch = (url: string, body?: object | URLSearchParams, token?: string) => Promise<Response>;

/** Keeps cookies, by host. */
export function createBrowser(): BrowserFetch {
  const jars = new Map<string, Map<string, string>>();
  return async (url, body, token) => {
    const { host } = new URL(url);
    const jar = jars.get(host) ?? new Map<string, string>();
    jars.set(host, jar);
    const isForm = body instanceof URLSearchParams;
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body && !isForm && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { method: 'POST', body: isForm ? body : JSON.stringify(body) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    return answer;
  };
}

/** Goes to the local provider, and chooses a person. @param person a name of it, or an address @returns the parameters with which the frontend is called */
export async function follow(browser: BrowserFetch, address: string, person: string): Promise<URLSearchParams> {
  let next = address;
  for (let step = 0; step < 10; step++) {
    const { pathname, searchParams } = new URL(next);
    if (pathname.endsWith('/sign-in/provider')) return searchParams;
    const isPage = pathname.startsWith('/people/');
    const answer = await browser(next, isPage ? new URLSearchParams({ person }) : undefined);
    next = new URL(answer.headers.get('location') ?? '', next).href;
  }
  return new URLSearchParams();
}
