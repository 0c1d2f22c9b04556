import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { dereference, type OpenApiDocument, operationsOf } from '../app/documentation/openapi.ts';
import * as features from '../app/features.ts';
import { inOrder } from '../app/platform/feature.ts';
import { PASSWORD, startTestService, type TestService } from '../test/service.ts';

const developments = await Promise.all(
  inOrder({ ...features }).map(async ({ development }) => (await development?.())?.development ?? {}),
);
const formPages = developments.flatMap(({ forms = [] }) => forms);
const PATHS = [
  '/',
  ...developments.flatMap(({ pages = [] }) => pages.map(({ path }) => path)),
  ...formPages.map(({ path }) => path),
];

describe('development pages', () => {
  let service: TestService;

  before(async () => {
    service = await startTestService({ env: { APP_ENV: 'development', PRODUCT_NAME: 'A <b> & "Co"' } });
  });
  after(() => service.close());

  test('exist for every link in an email', () => {
    const sources = globSync('app/{features,product}/**/*.ts', { exclude: (file) => file.endsWith('.test.ts') });
    const linked = sources
      .map((file) => readFileSync(file, 'utf8'))
      .flatMap((text) => [...text.matchAll(/appUrl[^`\n]*\}(\/[a-z-]+)/g)].map(([, path]) => path!));
    assert.ok(linked.length > 5);
    for (const path of linked) assert.ok(PATHS.includes(path), path);
  });

  test('do not use up a token when they are opened', async () => {
    const email = 'scanned@example.com';
    await service.request('/v1/users', { body: { email, password: PASSWORD } });
    const { token } = await service.mail(email, /confirm/i);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const { status } = await service.request(`/verify-email?token=${token}`, { method });
      assert.equal(status, 200);
    }
    const { status } = await service.request('/v1/email-verifications/confirm', { body: { token } });
    assert.equal(status, 204);
  });

  test('say at home what was emailed last, and what went wrong, without markup of its own', async () => {
    const home = async () => (await service.request('/')).body as string;
    assert.match(await home(), /Five things to try first/);
    const email = 'watched@example.com';
    await service.request('/v1/users', { body: { email, password: PASSWORD } });
    await service.mail(email, /confirm/i);
    assert.match(await home(), new RegExp(`<code>verify-email</code> to ${email}: `));
    assert.match(await home(), /None since the start/);
    service.service.errors.report(new Error('it <b>broke</b>'), { where: 'GET /v1/plans' });
    assert.match(await home(), /<code>GET \/v1\/plans<\/code> it &lt;b&gt;broke/);
    const hrefs = [...(await home()).matchAll(/href="(\/[^"]*)"/g)].map(([, href]) => href!);
    for (const href of new Set(hrefs)) {
      const { status } = await service.request(href);
      // The account app may not be built where this test runs.
      assert.ok(status === 200 || (/^\/(app|operator)/.test(href) && status === 503), `${href} ${status}`);
    }
  });

  test('and emails show the name of the product', async () => {
    const email = 'named@example.com';
    await service.request('/v1/users', { body: { email, password: PASSWORD } });
    const { html, text } = await service.mail(email, /confirm/i);
    assert.match(text, /A <b> & "Co"/);
    assert.ok(html.includes('A &lt;b&gt; &amp; &quot;Co&quot;'));
    assert.doesNotMatch(text, /Plinth/);
  });

  test('have forms whose request exists in the API, with its fields', async () => {
    const { body } = await service.request('/openapi.json');
    const operations = operationsOf(dereference(body as OpenApiDocument));
    for (const { path, call, fields, token, signsIn } of formPages) {
      const [method, called] = call.split(' ');
      const operation = operations.find(
        (candidate) => candidate.method === method && matches(candidate.path, called!.split('?')[0]!),
      );
      const schema = operation?.requestBody?.content['application/json']?.schema;
      assert.ok(schema, `${path}: ${call}`);
      const sent = [...(signsIn ? [] : fields.map(({ name }) => name)), ...(token ? ['token'] : [])];
      for (const name of sent) assert.ok(name in schema.properties!, `${path}: ${name}`);
      for (const name of schema.required ?? []) assert.ok(sent.includes(name), `${path} lacks ${name}`);
    }
  });

  test('send no referrer, are not cached, and run no inline code', async () => {
    for (const path of PATHS) {
      const { status, headers, body } = await service.request(`${path}?token=%22%3E%3Cscript%3E`);
      assert.equal(status, 200, path);
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.match(
        headers.get('content-security-policy')!,
        /^default-src 'none';.*script-src 'self';.*form-action 'none'/,
      );
      assert.doesNotMatch(body, /<script(?![^>]* src="\/)|<style|\sstyle=|\son\w+=|<b> & "Co"/);
    }
  });

  test('say that in production the frontend replaces them', async () => {
    for (const path of PATHS) {
      const { body } = await service.request(path);
      assert.match(body, /In production <code>APP_URL<\/code> is your own frontend/, path);
    }
  });

  test('have a label for every input', async () => {
    for (const path of PATHS) {
      const { body } = await service.request(path);
      for (const [, id] of body.matchAll(/<input id="([^"]+)"/g)) assert.ok(body.includes(`<label for="${id}">`), id);
    }
  });

  test('every password is masked, and may be pasted and filled in by a password manager', async () => {
    for (const { path, fields } of formPages) {
      const { body } = await service.request(path);
      for (const { name, autocomplete } of fields.filter((field) => /password/i.test(field.name))) {
        const input = new RegExp(`<input id="${name}"[^>]*>`).exec(body)?.[0];
        assert.match(input!, new RegExp(`type="password" autocomplete="${autocomplete}"`), path);
        assert.match(autocomplete, /^(current|new)-password$/, path);
      }
    }
    const script = await service.request('/dev/assets/pages.js');
    assert.doesNotMatch(script.body, /paste/i);
  });

  test('are not in the OpenAPI document', async () => {
    const { body } = await service.request('/openapi.json');
    for (const path of PATHS) assert.ok(!(path in body.paths), path);
  });
});

test('production has no development pages', async (t) => {
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(36))).toString('base64');
  const service = await startTestService({ jobs: false, env: { APP_ENV: 'production', APP_SECRET: secret } });
  t.after(() => service.close());
  for (const path of [...PATHS, '/dev/assets/pages.js', '/dev/assets/pages.css']) {
    const { status, body } = await service.request(path);
    assert.equal(`${status} ${body.code}`, '404 not_found', path);
  }
  assert.equal((await service.request('/docs')).status, 200);
});

/** @param template such as `/v1/things/{thingId}` */
const matches = (template: string, path: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
