/** A person signs in with the local identity provider, as a browser does: it keeps cookies, and follows where it is sent. */
import { createBrowser, follow, hasLocalProvider } from '../../../../scripts/demo/browser.ts';
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

interface SignedIn {
  accessToken: string;
  user: { email: string };
}
