import { createBrowser, follow, hasLocalProvider } from '../../../../scripts/demo/browser.ts';
import type { Call, Stage } from '../../../../scripts/demo/stage.ts';
import { LOCAL_CLIENT } from '../../accounts/accounts.ts';

/** A company proves its domain, and makes its provider the only way in. Left out where there is no local provider. */
export async function story(stage: Stage): Promise<void> {
  if (!(await hasLocalProvider(stage))) return;
  const { step, mail, expect } = stage;
  stage.chapter('A company makes its identity provider the only way in');
  const password = 'correct horse battery staple';
  const domain = `${crypto.randomUUID()}.example`;
  const register = async (name: string) => {
    const email = `${name.toLowerCase()}@${domain}`;
    await step(`${name} registers`, '/v1/users', 202, { body: { email, password, name } });
    const { token } = await mail(`${name} reads the email`, email, /confirm/i);
    await step(`${name} verifies`, '/v1/email-verifications/confirm', 204, { body: { token } });
    const { body } = await step(`${name} signs in`, '/v1/sessions', 201, { body: { email, password } });
    return { email, token: body.accessToken as string };
  };
  const [owner, employee] = [await register('Annie'), await register('Barbara')];
  const founding = { token: owner.token, body: { name: 'Harvard Observatory' } };
  const { body: organization } = await step('Annie founds a company', '/v1/organizations', 201, founding);
  const path = `/v1/organizations/${organization.id}`;
  const { token } = owner;
  const { body: claim } = await step('claims its domain', `${path}/domains`, 201, { token, body: { domain } });
  const verifying = { method: 'POST', token };
  await step('and proves it by a DNS record', `${path}/domains/${claim.id}/verify`, 200, verifying);

  const { clientId, clientSecret } = LOCAL_CLIENT;
  const provider = { issuer: await issuerOf(stage), clientId, defaultRole: 'member' };
  const put = (fields: object): Call => ({
    ...{ method: 'PUT', token: owner.token },
    body: { ...provider, ...fields },
  });
  const connecting = put({ clientSecret, enforced: false });
  const { body: connected } = await step('connects its provider', `${path}/identity-provider`, 200, connecting);
  await step('cannot enforce what nobody has tried', `${path}/identity-provider`, 409, put({ enforced: true }));
  const tested = await stage.elsewhere(
    'tries it, in the browser',
    async () => {
      const browser = createBrowser();
      const start = `${stage.apiUrl}${path}/identity-provider/test`;
      const { url } = (await (await browser(start, {}, owner.token)).json()) as { url: string };
      return (await follow(browser, url, owner.email)).get('test');
    },
    (outcome) => `test=${outcome}`,
  );
  expect(tested === 'passed', 'the test run of the provider has failed');
  await step('and enforces it', `${path}/identity-provider`, 200, put({ enforced: true }));
  const { body: refused } = await step('the password of Barbara is refused now', '/v1/sessions', 403, {
    body: { email: employee.email, password },
  });
  expect(refused.provider === connected.provider, 'the answer does not name the provider');
  const signedIn = await stage.elsewhere(
    'Barbara signs in with the provider',
    async () => {
      const browser = createBrowser();
      const start = `${stage.apiUrl}/v1/sessions/provider/${refused.provider}/start`;
      const { url } = (await (await browser(start, {})).json()) as { url: string };
      const code = (await follow(browser, url, employee.email)).get('code');
      const answer = await browser(`${stage.apiUrl}/v1/sessions/provider`, { code });
      return (await answer.json()) as { accessToken: string; user: { email: string } };
    },
    ({ user }) => user.email,
  );
  await step('and is a member, without an invitation', path, 200, { token: signedIn.accessToken });
}

/** The issuer of the local provider: where its sign-in leads. */
async function issuerOf(stage: Stage): Promise<string> {
  const { body } = await stage.request('/v1/sessions/provider/local/start', { body: {} });
  return new URL(body.url).origin;
}
