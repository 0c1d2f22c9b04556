/** A browser of the demo: it keeps cookies, and follows where the identity provider of development sends it. */
import type { Stage } from './stage.ts';

/** False where the service has other providers, or runs where there are no stand-ins. */
export async function hasLocalProvider(stage: Pick<Stage, 'request'>): Promise<boolean> {
  const { body } = await stage.request('/v1/identity-providers');
  return body.data.some(({ name }: { name: string }) => name === 'local');
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
