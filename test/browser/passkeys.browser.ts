/** Passkeys in Chromium, with its virtual authenticator (WebDriver extension of WebAuthn level 3, section 11): the browser reads our options. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { challenged, claimsOf } from '../../app/features/accounts/testing/authenticator-app.ts';
import { createSignedInUser, startTestService, type TestService } from '../service.ts';
import { launchChromium } from './chromium.ts';

const APP = 'https://app.example.com';

describe('passkeys in a browser', { timeout: 240_000 }, () => {
  let test: TestService;
  let browser: Browser;
  let page: Page;
  let devtools: CDPSession;
  before(async () => {
    test = await startTestService();
    browser = await launchChromium();
    page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    // A page of the product's frontend, whose address nobody needs to reach.
    await page.route(`${APP}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>App</title>' }));
    await page.goto(APP);
    devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
  });
  after(async () => {
    await browser?.close();
    await test?.close();
  });

  async function addAuthenticator(isUserVerified: boolean): Promise<string> {
    const options = {
      protocol: 'ctap2' as const,
      transport: 'internal' as const,
      hasResidentKey: true,
      hasUserVerification: isUserVerified,
      isUserVerified,
      automaticPresenceSimulation: true,
    };
    return (await devtools.send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId;
  }
  /** As a frontend does it: the options of the service, and the browser's answer as JSON. */
  const inBrowser = (call: 'create' | 'get', options: unknown) =>
    page.evaluate(`(async () => {
      const parse = PublicKeyCredential.parse${call === 'create' ? 'Creation' : 'Request'}OptionsFromJSON;
      const publicKey = parse(${JSON.stringify(options)});
      return (await navigator.credentials.${call}({ publicKey })).toJSON();
    })()`);

  async function addPasskey(token: string) {
    const { body } = await test.request('/v1/passkeys/options', { method: 'POST', token });
    const credential = await inBrowser('create', body.options);
    return test.request('/v1/passkeys', { token, body: { challenge: body.challenge, credential, name: 'Chromium' } });
  }
  async function signIn() {
    const { body } = await test.request('/v1/sessions/passkey/options', { body: {} });
    const credential = await inBrowser('get', body.options);
    return test.request('/v1/sessions/passkey', { body: { challenge: body.challenge, credential } });
  }

  it('are made, found without an address, and two factors at once', async () => {
    const authenticatorId = await addAuthenticator(true);
    const user = await createSignedInUser(test);
    const added = await addPasskey(user.accessToken);
    assert.equal(added.status, 201, JSON.stringify(added.body));
    assert.deepEqual(added.body.transports, ['internal']);
    for (let time = 0; time < 2; time++) {
      const { status, body } = await signIn();
      assert.equal(status, 201, JSON.stringify(body));
      assert.equal(body.user.id, user.id);
      assert.ok(claimsOf(body.accessToken).amr.includes('mfa'));
    }
    await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  });

  it('of an authenticator that cannot verify the person are a factor beside the password', async () => {
    const authenticatorId = await addAuthenticator(false);
    const user = await createSignedInUser(test);
    assert.equal((await addPasskey(user.accessToken)).status, 201);
    const { token: challenge } = await challenged(test, user);
    const { body } = await test.request('/v1/sessions/passkey/options', { body: { challenge } });
    const credential = await inBrowser('get', body.options);
    const answer = await test.request('/v1/sessions/second-factor', { body: { challenge, credential } });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  });

  it('are not made on a page of another origin', async () => {
    const authenticatorId = await addAuthenticator(true);
    const user = await createSignedInUser(test);
    const { body } = await test.request('/v1/passkeys/options', { method: 'POST', token: user.accessToken });
    const other = 'https://phishing.example.net';
    await page.route(`${other}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>App</title>' }));
    await page.goto(other);
    await assert.rejects(async () => inBrowser('create', body.options), /relying party|SecurityError/i);
    await page.goto(APP);
    await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  });
});
