/** Sends bytes that no HTTP client would send. Each request is refused with a problem document, and no connection is left open. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { exchange, type RawAnswer, rawRequest } from '../raw-http.ts';
import { createSignedInUser, startTestService, type TestService } from '../service.ts';

const JSON_TYPE = 'Content-Type: application/json';
const withBody = (body: string, ...more: string[]): [string[], string] => [
  [JSON_TYPE, `Content-Length: ${Buffer.byteLength(body)}`, ...more],
  body,
];
const post = (headers: readonly string[], body = '') => rawRequest('POST /v1/sessions', headers, body);
const chunked = (body: Buffer) =>
  Buffer.concat([
    Buffer.from(`${post([JSON_TYPE, 'Transfer-Encoding: chunked'])}${body.length.toString(16)}\r\n`),
    body,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);

/** The fault -> the bytes and the expected answer. */
const REFUSED: Record<string, [string | Buffer, number, string]> = {
  'no HTTP at all': ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'bad_request'],
  'another protocol version': ['GET /livez HTTP/3.7\r\nHost: x\r\n\r\n', 400, 'bad_request'],
  'HTTP/2 without agreement': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'bad_request'],
  'an unknown method': [rawRequest('FOO /livez'), 501, 'method_not_implemented'],
  CONNECT: [rawRequest('CONNECT db.internal:5432'), 400, 'bad_request'],
  TRACE: [rawRequest('TRACE /livez'), 405, 'method_not_allowed'],
  'OPTIONS of the server': [rawRequest('OPTIONS *'), 404, 'not_found'],
  'no Host': ['GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad_request'],
  'two Hosts': [rawRequest('GET /livez', ['Host: other.example.com']), 400, 'bad_request'],
  'two Authorizations': [
    rawRequest('GET /v1/users/me', ['Authorization: Bearer a', 'Authorization: Bearer b']),
    400,
    'bad_request',
  ],
  'two Content-Types': [post([JSON_TYPE, 'content-type: text/plain', 'Content-Length: 2'], '{}'), 400, 'bad_request'],
  'two Idempotency-Keys': [rawRequest('GET /livez', ['Idempotency-Key: a', 'Idempotency-Key: b']), 400, 'bad_request'],
  'two X-Request-Ids': [
    rawRequest('GET /livez', ['X-Request-Id: 12345678', 'X-Request-Id: 87654321']),
    400,
    'bad_request',
  ],
  'two equal Content-Lengths': [post([JSON_TYPE, 'Content-Length: 2', 'Content-Length: 2'], '{}'), 400, 'bad_request'],
  'two different Content-Lengths': [
    post([JSON_TYPE, 'Content-Length: 2', 'Content-Length: 3'], '{} '),
    400,
    'bad_request',
  ],
  'a length and chunks': [
    post([JSON_TYPE, 'Content-Length: 2', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    400,
    'bad_request',
  ],
  'a negative length': [post([JSON_TYPE, 'Content-Length: -1']), 400, 'bad_request'],
  'a length of text': [post([JSON_TYPE, 'Content-Length: two'], '{}'), 400, 'bad_request'],
  'a length beyond the limit': [post([JSON_TYPE, 'Content-Length: 99999999999']), 413, 'payload_too_large'],
  'a broken chunk': [post([JSON_TYPE, 'Transfer-Encoding: chunked'], 'zz\r\n'), 400, 'bad_request'],
  'chunks beyond the limit': [chunked(Buffer.alloc(70_000, '"')), 413, 'payload_too_large'],
  'chunks that are not UTF-8': [
    chunked(Buffer.from('{"email":"a\xed\xa0\x80@example.com","password":"x"}', 'latin1')),
    400,
    'malformed_json',
  ],
  'an unknown transfer coding': [post([JSON_TYPE, 'Transfer-Encoding: gzip'], 'x'), 400, 'bad_request'],
  'a compressed body': [post(...withBody('\x1f\x8b\x08\x00', 'Content-Encoding: gzip')), 400, 'malformed_json'],
  'an expectation': [post(...withBody('{}', 'Expect: 200-maybe')), 400, 'bad_request'],
  'a header without a name': [rawRequest('GET /livez', [': x']), 400, 'bad_request'],
  'a header with a space in its name': [rawRequest('GET /livez', ['Bad Header: x']), 400, 'bad_request'],
  'a header folded over lines': [rawRequest('GET /livez', ['X-A: b', ' c: d']), 400, 'bad_request'],
  'U+0000 in a header': [rawRequest('GET /livez', ['X-A: a\0b']), 400, 'bad_request'],
  'U+0000 in the path': [rawRequest('GET /livez\0'), 400, 'bad_request'],
  'a space in the path': [rawRequest('GET /li vez'), 400, 'bad_request'],
  'a bare line feed in the headers': ['GET /livez HTTP/1.1\nHost: x\n\n', 400, 'bad_request'],
  'bad percent-encoding': [rawRequest('GET /v1/sessions/%zz'), 400, 'bad_request'],
  'a lone surrogate in the path': [rawRequest('DELETE /v1/sessions/%ED%A0%80'), 400, 'bad_request'],
  'a long path': [rawRequest(`GET /${'a'.repeat(10_000)}`), 404, 'not_found'],
  'a path beyond the limit': [rawRequest(`GET /${'a'.repeat(20_000)}`), 431, 'headers_too_large'],
  'a header beyond the limit': [rawRequest('GET /livez', [`X-A: ${'a'.repeat(20_000)}`]), 431, 'headers_too_large'],
  'thousands of headers': [
    rawRequest(
      'GET /livez',
      Array.from({ length: 3_000 }, (_, index) => `a${index}: b`),
    ),
    431,
    'headers_too_large',
  ],
};

describe('a request that is', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ env: { CORS_ORIGINS: 'https://app.example.com' } });
  });
  after(() => test.close());

  for (const [fault, [bytes, status, code]] of Object.entries(REFUSED)) {
    it(`${fault}: ${status} ${code}`, async () => {
      const answers = await exchange(test.url, bytes);
      assertProblem(answers.at(-1), status, code);
      assert.equal(answers.length, 1);
    });
  }

  it('one of several sent at once on a connection: answered in order', async () => {
    const good = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';
    const answers = await exchange(test.url, `${good}${good}${rawRequest('GET /nope')}`);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 404],
    );
  });

  it('of HTTP/1.0 without Host: answered', async () => {
    const [answer] = await exchange(test.url, 'GET /livez HTTP/1.0\r\n\r\n');
    assert.equal(answer?.status, 200);
  });

  it('announced with Expect: 100-continue: told to continue', async () => {
    const [first, second] = await exchange(test.url, post(...withBody('{', 'Expect: 100-continue')));
    assert.equal(first?.status, 100);
    assertProblem(second, 400, 'malformed_json');
  });

  it('asking for another protocol: answered in HTTP/1.1', async () => {
    const [answer] = await exchange(test.url, rawRequest('GET /livez', ['Connection: Upgrade', 'Upgrade: websocket']));
    assert.equal(answer?.status, 200);
  });

  it('one of many bad ones at once: the service still answers, and no session ends', async () => {
    const { accessToken: token } = await createSignedInUser(test);
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
        const [bytes] = Object.values(REFUSED)[index % Object.keys(REFUSED).length]!;
        return exchange(test.url, bytes);
      }),
    );
    assert.equal((await test.request('/v1/users/me', { token })).status, 200);
    assert.deepEqual(
      test.logs.filter((line) => /"level":"(error|fatal)"/.test(line)),
      [],
    );
  });
});

function assertProblem(answer: RawAnswer | undefined, status: number, code: string): void {
  assert.ok(answer, 'no answer');
  assert.equal(answer.status, status, answer.body);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = JSON.parse(answer.body);
  assert.equal(problem.code, code);
  assert.equal(problem.status, status);
  assert.ok(problem.type.endsWith(`/${code}`));
  assert.ok(problem.title.length > 0);
  assert.equal(problem.requestId, answer.headers.get('x-request-id'));
}
