import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { startTestService, type TestService } from '../test/service.ts';
import { readErrorPages } from './documentation/errors.ts';
import { renderMarkdown } from './documentation/markdown.ts';
import {
  errorCodesOf,
  type OpenApiDocument,
  operationsOf,
  type PlacedOperation,
  type Schema,
} from './documentation/openapi.ts';
import { allErrors } from './platform/errors.ts';

const SECTIONS = ['What it means', 'Why it happens', 'What to do', 'Example'];

describe('the documentation', () => {
  let service: TestService;
  let document: OpenApiDocument & { components: { securitySchemes: object; schemas: object } };
  let operations: PlacedOperation[];

  before(async () => {
    service = await startTestService({ jobs: false });
    ({ body: document } = await service.request('/openapi.json'));
    operations = operationsOf(document);
  });
  after(() => service.close());

  test('in short, for programs that read text, has every operation', async () => {
    const { status, headers, body } = await service.request('/llms.txt');
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
    for (const { method, path, summary } of operations)
      assert.ok(body.includes(`- ${method.toUpperCase()} ${path}: ${summary}\n`), path);
    for (const [, page] of body.matchAll(/\]\((\/[^)]*)\)/g))
      assert.equal((await service.request(page)).status, 200, page);
  });

  describe('error pages', () => {
    const pages = readErrorPages();
    /** Statuses that a page says its code comes with, the usual one first. */
    const statusesOf = (code: string) =>
      [...(pages.get(code)?.split('\n')[2] ?? '').matchAll(/\*\*(\d{3})\*\* · /g)].map(([, status]) => Number(status));

    test('every code has a page, and every page a code', () => {
      assert.deepEqual(
        [...pages.keys()].sort(),
        allErrors().map(({ code }) => code),
      );
    });

    test('every page has the same parts, and the status and title of the catalogue', () => {
      for (const { code, status, title } of allErrors()) {
        const page = pages.get(code) ?? '';
        const lines = page.split('\n');
        assert.equal(lines[0], `# ${code}`);
        assert.ok(lines[2]!.startsWith(`**${status}** · ${title}`), `${code}: ${lines[2]}`);
        assert.deepEqual(
          lines.filter((line) => line.startsWith('## ')).map((line) => line.slice(3)),
          SECTIONS,
          code,
        );
      }
    });

    test('every example is a problem document as the service sends it', () => {
      for (const { code, status, title } of allErrors()) {
        const example = JSON.parse(/```json\n([\s\S]*?)\n```/.exec(pages.get(code) ?? '')?.[1] ?? '{}');
        // Errors of another protocol have its own form.
        if (example.schemas) {
          assert.equal(example.status, String(status));
          continue;
        }
        const { type, requestId, detail, ...rest } = example;
        assert.equal(type, `https://api.example.com/docs/errors/${code}`);
        assert.match(requestId, /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
        assert.ok(detail === undefined || typeof detail === 'string');
        assert.partialDeepStrictEqual(rest, { title, status, code });
      }
    });

    test('the type of a problem is the address of a page', async () => {
      const { body: problem } = await service.request('/v1/users/me');
      const { status, headers, body } = await service.request(new URL(problem.type).pathname);
      assert.equal(status, 200);
      assert.match(headers.get('content-type')!, /^text\/html/);
      assert.match(body, /<h1>unauthenticated<\/h1>/);
    });

    test('every page is shown, and the list links to each', async () => {
      const { body: list } = await service.request('/docs/errors');
      for (const code of pages.keys()) {
        assert.ok(list.includes(`href="/docs/errors/${code}"`), code);
        const { status, body } = await service.request(`/docs/errors/${code}`);
        assert.equal(status, 200, code);
        for (const [, target] of body.matchAll(/href="\/docs\/errors\/([^"]+)"/g)) assert.ok(pages.has(target), target);
      }
    });

    test('a code that does not exist has no page', async () => {
      for (const code of ['nothing', '..%2F..%2Fpackage', '__proto__']) {
        const { status, body } = await service.request(`/docs/errors/${code}`);
        assert.equal(`${status} ${body.code}`, '404 not_found');
      }
    });

    test('an operation answers a code only with a status that its page names', () => {
      for (const operation of operations) {
        for (const { status, codes } of errorCodesOf(operation)) {
          for (const code of codes) {
            assert.ok(statusesOf(code).includes(Number(status)), `${operation.operationId}: ${status} ${code}`);
          }
        }
      }
    });
  });

  describe('OpenAPI document', () => {
    test('every operation has a summary, an id of its own, a tag, and error codes', () => {
      const ids = new Set<string>();
      for (const operation of operations) {
        const { operationId, summary, tags, method, path } = operation;
        assert.ok(summary && operationId && tags?.length === 1, `${method} ${path}`);
        assert.ok(!ids.has(operationId), `${operationId} twice`);
        ids.add(operationId);
        const errors = errorCodesOf(operation);
        assert.ok(errors.length > 0, `${operationId} names no errors`);
      }
    });

    test('every body and every JSON answer has an example that fits its schema', () => {
      const fits = compiler();
      for (const { operationId, requestBody, responses } of operations) {
        const media = [
          ...Object.entries(requestBody?.content ?? {}),
          ...Object.values(responses).flatMap(({ content = {} }) => Object.entries(content)),
        ];
        for (const [type, { schema, example }] of media) {
          if (type !== 'application/json' || !schema) continue;
          assert.notEqual(example, undefined, `${operationId}: no example of ${type}`);
          assert.equal(fits(schema, example), '', `${operationId}: example of ${type}`);
        }
      }
    });

    test('every text, list and number that a caller sends in a body or a query has a bound', () => {
      const { components } = document as { components: { schemas: Record<string, Schema> } };
      const unbounded = (place: string, { $ref, ...schema }: Schema): string[] => {
        if ($ref) return unbounded(place, components.schemas[$ref.split('/').at(-1)!]!);
        const { type, format = '', anyOf = [], properties = {}, items } = schema;
        const isBounded =
          (type !== 'string' || schema.enum || schema.maxLength || ['uuid', 'date-time'].includes(format)) &&
          (type !== 'array' || schema.maxItems) &&
          (type !== 'integer' || (schema.minimum !== undefined && schema.maximum !== undefined));
        return [
          ...(isBounded ? [] : [place]),
          ...anyOf.flatMap((option) => unbounded(place, option)),
          ...Object.entries(properties).flatMap(([name, member]) => unbounded(`${place}/${name}`, member)),
          ...(items ? unbounded(`${place}/items`, items) : []),
        ];
      };
      for (const { operationId, parameters = [], requestBody } of operations) {
        const query = parameters.filter((parameter) => parameter.in === 'query');
        for (const { name, schema } of query) assert.deepEqual(unbounded(`${operationId} ${name}`, schema), []);
        for (const { schema } of Object.values(requestBody?.content ?? {}))
          assert.deepEqual(schema && unbounded(operationId, schema), schema && []);
      }
    });

    test('it is OpenAPI 3.1 whose references, parameters and security schemes all exist', () => {
      assert.match(document.openapi, /^3\.1\./);
      assert.ok(document.info.title && document.info.version);
      for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
        const target = pointer!
          .split('/')
          .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], document);
        assert.ok(target, `${pointer}`);
      }
      for (const { operationId, path, parameters = [], security = [], responses } of operations) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
        const declared = parameters.filter((parameter) => parameter.in === 'path');
        assert.deepEqual(declared.map(({ name }) => name).sort(), inPath.sort(), operationId);
        assert.ok(declared.every(({ required }) => required));
        for (const name of security.flatMap((option) => Object.keys(option))) {
          assert.ok(name in document.components.securitySchemes, `${operationId}: ${name}`);
        }
        for (const [status, { description }] of Object.entries(responses)) {
          assert.match(status, /^[2-5]\d\d$/);
          assert.ok(description, `${operationId} ${status}`);
        }
      }
    });

    test('addresses, passwords and choices say what they are, for generators of clients', () => {
      const named: [name: string, schema: Schema][] = [];
      const choices: string[] = [];
      JSON.stringify(document, (key, value: unknown) => {
        const { properties, anyOf } = (value ?? {}) as Schema;
        if (typeof properties === 'object') named.push(...Object.entries(properties));
        if (Array.isArray(anyOf) && anyOf.some((member) => 'const' in member)) choices.push(key);
        return value;
      });
      const stringsOf = (...names: string[]) =>
        named.filter(([name, { type }]) => names.includes(name) && type === 'string').map(([, schema]) => schema);
      const passwords = stringsOf('password', 'newPassword', 'currentPassword');
      assert.ok(passwords.length >= 5 && passwords.every(({ maxLength }) => maxLength === 128), 'as the policy says');
      const addresses = stringsOf('email', 'newEmail');
      assert.ok(addresses.length >= 5 && addresses.every(({ format }) => format === 'email'));
      assert.deepEqual(choices, [], 'values to choose from are an enumeration');
    });

    test('pages are not in it', () => {
      assert.deepEqual(
        Object.keys(document.paths).filter((path) => path.startsWith('/docs')),
        [],
      );
    });

    /** @returns what compares a value with a schema, and answers with the faults */
    function compiler() {
      const ajv = new Ajv2020({ strict: false, formats: { uuid: true, 'date-time': true, uri: true, email: true } });
      ajv.addSchema({ $id: 'https://api.example.com/', ...document });
      return (schema: object, value: unknown) => {
        const pointed = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://api.example.com/#/'));
        return ajv.validate(pointed, value) ? '' : ajv.errorsText();
      };
    }
  });

  test('no read answers 409: a read says that there is nothing', () => {
    const reads = operations.filter(({ method }) => method === 'GET');
    const conflicting = reads.filter((operation) =>
      errorCodesOf(operation).some(({ status, codes }) => status === '409' && codes.length > 0),
    );
    assert.deepEqual(
      conflicting.map(({ operationId }) => operationId),
      [],
    );
  });

  describe('reference', () => {
    test('it lists every operation, with its path and errors', async () => {
      const { status, body } = await service.request('/docs');
      assert.equal(status, 200);
      for (const operation of operations) {
        const { operationId, path } = operation;
        const start = body.indexOf(`<article class="operation" id="${operationId}"`);
        assert.ok(start >= 0, operationId);
        const article = body.slice(start, body.indexOf('</article>', start));
        assert.ok(article.includes(`<code>${path}</code>`), operationId);
        for (const code of errorCodesOf(operation).flatMap(({ codes }) => codes)) {
          assert.ok(article.includes(`/docs/errors/${code}"`), `${operationId}: ${code}`);
        }
      }
    });

    test('its filter finds operations by common words, headers and error codes', async () => {
      const { body } = await service.request('/docs');
      // As `reference.js` does it.
      const entries = [...body.matchAll(/<li data-search="([^"]*)"><a href="#(\w+)"/g)];
      assert.equal(entries.length, operations.length);
      const shown = (words: string) =>
        entries
          .filter(([, text]) =>
            words
              .toLowerCase()
              .split(' ')
              .every((word) => text.includes(word)),
          )
          .map(([, , id]) => id);
      for (const [words, operationId] of [
        ['login', 'createSession'],
        ['logout', 'deleteCurrentSession'],
        ['idempotency', 'createApiKey'],
        ['cancel', 'updateSubscription'],
        ['weak_password', 'createUser'],
        ['sign Session', 'createSession'],
      ] as const) {
        if (!operations.some((operation) => operation.operationId === operationId)) continue;
        const found = shown(words);
        assert.ok(found.includes(operationId), `${words}: ${found}`);
        assert.ok(found.length < operations.length, words);
      }
      assert.deepEqual(shown('no-such-word'), []);
    });

    test('its pages load nothing from elsewhere and run nothing inline', async () => {
      for (const path of ['/docs', '/docs/errors', '/docs/errors/not_found']) {
        const { headers, body } = await service.request(path);
        const policy = headers.get('content-security-policy') ?? '';
        assert.match(policy, /^default-src 'none';/);
        assert.doesNotMatch(policy, /unsafe|\*|https?:/);
        assert.doesNotMatch(
          body,
          /<script(?![^>]* src="\/)|<style|\sstyle=|\son\w+=|src="(?!\/)|<link[^>]*href="(?!\/)/,
        );
        for (const [, asset] of body.matchAll(/(?:src|<link[^>]*href)="([^"]+)"/g)) {
          assert.equal((await service.request(asset)).status, 200, asset);
        }
      }
    });

    test('HTML in Markdown is shown, not obeyed', () => {
      const { text } = renderMarkdown('# <b>\n\n<script>x</script> `<i>` [x](javascript:alert(1)) **<u>**\n\n- <img>');
      assert.doesNotMatch(text, /<(b|script|i|u|img)>|<a/);
      assert.match(text, /<h1>&lt;b&gt;<\/h1>/);
      assert.match(text, /<strong>&lt;u&gt;<\/strong>/);
    });
  });
});
