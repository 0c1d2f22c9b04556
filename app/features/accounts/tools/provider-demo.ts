/** A person signs in with the local identity provider, as a browser does: it keeps cookies, and follows where it is sent. */
import type { Stage } from '../../../../scripts/demo/stage.ts';
import { LOCAL_NAME } from '../providers/settings.ts';

/** Left out where the service has other providers. */
export async function signInWithProvider(stage: Stage): Promise<void> {
  const { body } = await stage.request('/v1/identity-providers');
  if (!body.data.some(({ name }: { name: string }) => name === LOCAL_NAME)) return;
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
    () => follow(browser, url),
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

interface SignedIn {
  accessToken: string;
  user: { email: string };
}

type BrowserFetch = (url: string, body?: object | URLSearchParams) => Promise<Response>;

function createBrowser(): BrowserFetch {
  const jars = new Map<string, Map<string, string>>();
  return async (url, body) => {
    const { host } = new URL(url);
    const jar = jars.get(host) ?? new Map<string, string>();
    jars.set(host, jar);
    const isForm = body instanceof URLSearchParams;
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body && !isForm && { 'content-type': 'application/json' }),
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

/** @returns the code with which the frontend is called */
async function follow(browser: BrowserFetch, address: string): Promise<string> {
  let next = address;
  for (let step = 0; step < 10; step++) {
    const { pathname, searchParams } = new URL(next);
    if (pathname.endsWith('/sign-in/provider')) return searchParams.get('code') ?? '';
    const isPage = pathname.startsWith('/people/');
    const answer = await browser(next, isPage ? new URLSearchParams({ person: 'grace' }) : undefined);
    next = new URL(answer.headers.get('location') ?? '', next).href;
  }
  return '';
}
