import type { Stage, Variables } from '../../../../scripts/demo/stage.ts';
import { DEMO_CLIENT } from '../settings.ts';

/**
 * Another service of the product learns who calls.
 * @param env the settings of the service: the client of development is not known elsewhere, and this part is left out
 */
export async function story(stage: Stage, env: Variables): Promise<void> {
  if ((env.APP_ENV ?? 'development') !== 'development' || env.SERVICE_CLIENTS) return;
  const { step, mail, expect } = stage;
  stage.chapter('A second service learns who calls');
  const email = stage.newAddress('joan');
  const password = 'correct horse battery staple';
  await step('Joan registers', '/v1/users', 202, { body: { email, password, name: 'Joan' } });
  const { token: proof } = await mail('Joan reads the email', email, /confirm/i);
  await step('Joan verifies', '/v1/email-verifications/confirm', 204, { body: { token: proof } });
  const { body: session } = await step('Joan signs in', '/v1/sessions', 201, { body: { email, password } });
  const token: string = session.accessToken;
  const { body: organizations } = await step('find her organization', '/v1/organizations', 200, { token });
  const { body: exchanged } = await step('exchange the token for one of the service', '/v1/tokens/exchange', 200, {
    token,
    body: {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: DEMO_CLIENT.audience,
      organization: organizations.data[0].id,
    },
  });
  await step('it is refused here', '/v1/users/me', 401, { token: exchanged.access_token });
  const basic = Buffer.from(`${DEMO_CLIENT.id}:${DEMO_CLIENT.secret}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  const ask = { headers, body: { token: exchanged.access_token } };
  const { body: good } = await step('the service asks about it', '/v1/tokens/introspect', 200, ask);
  expect(good.active && good.role === 'owner', `the token is ${JSON.stringify(good)}`);
  const { body: begun } = await step('the service begins to poll', '/v1/tokens/revocations', 200, { headers });
  await step('Joan signs out', '/v1/sessions/current', 204, { method: 'DELETE', token });
  const since = `/v1/tokens/revocations?since=${encodeURIComponent(begun.next)}`;
  const { body: news } = await step('the service hears of it', since, 200, { headers });
  expect(news.data.length >= 1, 'the feed does not have the session');
  const { body: over } = await step('and asks again', '/v1/tokens/introspect', 200, ask);
  expect(over.active === false, 'the token is still active');
}
