/**
 * Sends thousands of malformed requests to the operations of the OpenAPI document, with and without a caller. FAST_CHECK_SEED repeats a run.
 * MALFORMED_REQUESTS is the number of requests per operation.
 */
import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import type { Database } from '../../app/platform/database/database.ts';
import { allErrors } from '../../app/platform/errors.ts';
import { createSignedInUser, startTestService, type TestService } from '../service.ts';
import { type MalformedRequest, malformed } from './malformed-requests.ts';
import { readOperations } from './operations.ts';

const RUNS_PER_OPERATION = Number(process.env.MALFORMED_REQUESTS ?? 100);
const seed = Number(process.env.FAST_CHECK_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Tables that are not compared, because every refused attempt changes their counters. */
const UNSTABLE = ['rate_limits'];

/** Webhooks must be enabled: a disabled endpoint refuses every request, and tests nothing. */
const ENV = {
  POSTMARK_WEBHOOK_AUTH: 'postmark:a-password-of-the-webhook',
  RESEND_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  STRIPE_SECRET_KEY: 'sk_test_nobody',
  STRIPE_WEBHOOK_SECRET: 'whsec_nobody',
  STRIPE_API_BASE: 'http://127.0.0.1:1',
  SES_TOPIC_ARNS: 'arn:aws:sns:eu-central-1:123456789012:bounces',
};

const timeout = 100_000 + RUNS_PER_OPERATION * 1_000;

describe(`malformed requests (seed ${seed})`, { timeout }, () => {
  const agent = new Agent({ keepAlive: true });
  const codes = new Set(allErrors().map(({ code }) => code));
  let test: TestService;
  let token: string;
  before(async () => {
    test = await startTestService({ env: ENV, schedules: false });
    ({ accessToken: token } = await createSignedInUser(test));
  });
  after(async () => {
    agent.destroy();
    await test.close();
  });

  it('to every operation get a 4xx problem document, and store nothing', { timeout }, async (t) => {
    t.diagnostic(`seed ${seed}`);
    const { body: organizations } = await test.request('/v1/organizations', { token });
    const { operations, methods } = await readOperations(test, { organizationId: organizations.data?.[0].id ?? '' });
    assert.ok(operations.length >= 20);
    const before = await contents(test.service.db);
    const seen = new Set<string>();
    let sent = 0;

    for (const operation of operations) {
      const property = fc.asyncProperty(
        malformed(operation, methods),
        fc.boolean(),
        async (malformedRequest, signedIn) => {
          seen.add(malformedRequest.fault);
          sent++;
          await assertRefused(malformedRequest, signedIn || malformedRequest.fault === 'wrong method');
        },
      );
      await fc.assert(property, { seed, numRuns: RUNS_PER_OPERATION });
    }

    assert.deepEqual(await contents(test.service.db), before);
    assert.deepEqual(
      test.logs.filter((line) => /"level":"(error|fatal)"/.test(line)),
      [],
    );
    t.diagnostic(`${sent} requests at ${operations.length} operations: ${[...seen].sort().join(', ')}`);
  });

  async function assertRefused(malformedRequest: MalformedRequest, signedIn: boolean): Promise<void> {
    const { status, headers, body } = await send(malformedRequest, signedIn ? token : undefined);
    // Bytes after a request without a length are read as the next request, whose method nobody knows.
    const isUnknownMethod = status === 501 && JSON.parse(body).code === 'method_not_implemented';
    assert.ok(
      (status >= 400 && status < 500) || isUnknownMethod,
      `${status} ${body}; ${status >= 500 ? test.logs.at(-2) : ''}`,
    );
    assert.match(headers['content-type'] ?? '', /^application\/problem\+json/);
    const problem = JSON.parse(body);
    assert.equal(problem.status, status);
    assert.equal(problem.requestId, headers['x-request-id']);
    assert.ok(codes.has(problem.code), problem.code);
    assert.ok(problem.type.endsWith(`/${problem.code}`), problem.type);
    assert.ok(problem.title.length > 0);
    if (status === 405) assert.ok(headers.allow);
  }

  async function send({ method, target, headers, body }: MalformedRequest, token: string | undefined) {
    const { hostname, port } = new URL(test.url);
    const authorization = token && { authorization: `Bearer ${token}` };
    const sent = httpRequest({
      agent,
      hostname,
      port,
      method,
      path: target,
      headers: { ...headers, ...authorization },
      timeout: 10_000,
    });
    sent.on('timeout', () => sent.destroy(new Error('left hanging')));
    const answered = new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve);
      sent.on('error', reject);
    });
    sent.end(body);
    const response = await answered;
    return { status: response.statusCode!, headers: response.headers, body: await text(response) };
  }
});

/** A digest of the rows of each table. */
async function contents(db: Database): Promise<Record<string, string>> {
  const { rows: tables } = await db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  const digests: Record<string, string> = {};
  for (const { name } of tables.filter((table) => !UNSTABLE.includes(table.name))) {
    const { rows } = await db.execute<{ digest: string }>(
      sql`select count(*) || ' ' || md5(coalesce(string_agg(row::text, '' order by row::text), '')) as digest from ${sql.identifier(name)} row`,
    );
    digests[name] = rows[0]!.digest;
  }
  return digests;
}
