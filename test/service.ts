/**
 * The whole service for a test: real HTTP on a free port, its own PostgreSQL database, running jobs, captured emails, and a clock that the test
 * advances.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { createApi } from '../app/api.ts';
import { type CompleteConfig, readConfig } from '../app/config.ts';
import { createCapturingTransport, type EmailTransport } from '../app/features/email/email.ts';
import { memoriesOf } from '../app/platform/database/changes/memory.ts';
import type { Replacements } from '../app/platform/feature.ts';
import type { HttpServer } from '../app/platform/http/fastify.ts';
import { createLogger } from '../app/platform/telemetry/logger.ts';
import { startTelemetry } from '../app/telemetry.ts';
import { createService, type Service, startService } from '../app/wiring.ts';
import { handlers, schedules } from '../app/worker.ts';
import { clockOfProcess, createTestClock, type TestClock } from './clock.ts';
import { createTestDatabase } from './database.ts';

export interface Call {
  method?: string;
  /** An access token or API key. */
  token?: string;
  /** The body, sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  /** A signal that aborts the request. */
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as callers do
  body: any;
}

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
  /** The token in the email's link. */
  token: string;
}

export interface TestService {
  readonly url: string;
  readonly service: Service;
  readonly clock: TestClock;
  /** The log lines so far. */
  readonly logs: string[];
  request(path: string, call?: Call): Promise<Answer>;
  /** Waits for the `nth` email (default: 1) to an address whose subject matches. */
  mail(address: string, subject: RegExp, nth?: number): Promise<Mail>;
  /** The emails captured so far. */
  readonly mails: Mail[];
  close(): Promise<void>;
}

export interface TestServiceOptions {
  /** Environment variables that replace those of tests. */
  env?: Record<string, string>;
  /** A database to share with another test service. Default: a clone of the template. */
  databaseUrl?: string;
  /** False for a second api process, or if the test runs jobs itself. */
  jobs?: boolean;
  /** False if the test advances the clock past the times of scheduled cleanups. */
  schedules?: boolean;
  transport?: EmailTransport;
  /** Parts that the test passes in place of those that features would make themselves. */
  replacements?: Replacements;
  clock?: TestClock;
  /** Where to listen, for a test whose settings name its own address. Default: any free port. */
  port?: number;
  /** Additional routes, e.g. ones that fail. */
  routes?: (app: HttpServer) => Promise<void>;
}

/** Cheap password hashes. Tests of their cost set their own. */
export const ENVIRONMENT = {
  APP_ENV: 'test',
  PORT: '0',
  METRICS_PORT: '0',
  APP_URL: 'https://app.example.com',
  API_URL: 'https://api.example.com',
  EMAIL_FROM: 'Plinth <no-reply@example.com>',
  SMTP_URL: 'smtp://127.0.0.1:1',
  PASSWORD_HASH_MEMORY_KIB: '7168',
  PASSWORD_HASH_ITERATIONS: '1',
  NETWORK_LIMIT_FACTOR: '1000',
};

export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const { jobs = true } = options;
  const database = options.databaseUrl ? undefined : await createTestDatabase();
  const databaseUrl = options.databaseUrl ?? database!.url;
  const config = readConfig({
    ...ENVIRONMENT,
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: '5',
    ...options.env,
  }) as CompleteConfig;
  const clock = clockOfProcess(options.clock ?? createTestClock());
  const logs: string[] = [];
  const logger = createLogger({
    level: 'info',
    release: 'test',
    destination: { write: (line) => void logs.push(line) },
  });

  const role = jobs ? 'all' : 'api';
  const telemetry = await startTelemetry(config, role, logger);

  const mails: Mail[] = [];
  const arrivals = new EventTarget();
  const capturing = createCapturingTransport((email) => {
    const token = /[?&]token=([A-Za-z0-9_-]+)/.exec(email.text)?.[1] ?? '';
    mails.push({ ...email, token });
    arrivals.dispatchEvent(new Event('mail'));
    return { kind: 'accepted', response: '250 ok' };
  });

  const transport = options.transport ?? capturing;
  const service = await createService({
    config,
    role,
    logger,
    errors: telemetry.errors,
    clock,
    replacements: { transport, ...options.replacements },
    runtimeMetrics: false,
  });
  await startService(service);
  if (jobs) await service.jobs.work(handlers(service), options.schedules === false ? [] : schedules(service));
  if (jobs) for (const part of service.parts) part.work?.();
  const { routes } = options;
  const app = await createApi(routes ? { ...service, development: { routes } } : service);
  app.server.listen(options.port ?? 0, '127.0.0.1');
  await once(app.server, 'listening');
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  return {
    url,
    service,
    clock,
    logs,
    mails,
    request: (path, call) => request(`${url}${path}`, call),

    async mail(address, subject, nth = 1) {
      for (;;) {
        const found = mails.filter((mail) => mail.to === address && subject.test(mail.subject))[nth - 1];
        if (found) return found;
        await once(arrivals, 'mail', { signal: AbortSignal.timeout(15_000) }).catch(() => {
          throw new Error(
            `no email ${nth} to ${address} with ${subject}; there are: ${mails.map(({ to, subject: line }) => `${to} ${line}`).join('; ')}`,
          );
        });
      }
    },

    async close() {
      app.server.closeAllConnections();
      await app.close();
      const stale = await findStale(service);
      await service.close(0);
      await telemetry.close(5_000);
      await database?.close();
      assert.deepEqual(
        stale,
        [],
        'this was changed without being announced, so other processes go on answering from memory',
      );
      const twice = logs.filter((line) => line.includes('FST_ERR_REP_ALREADY_SENT'));
      assert.deepEqual(twice, [], 'an operation was answered twice');
    },
  };
}

/** What the service would answer wrongly from memory; nothing where a test took the database away. */
async function findStale({ feed }: Service): Promise<string[]> {
  try {
    const since = performance.now();
    while (feed.readAtMs < since) {
      if (!(await feed.refresh())) return [];
      await setImmediate();
    }
    return (await Promise.all(memoriesOf(feed).map((memory) => memory.findStale()))).flat();
  } catch {
    return [];
  }
}

/** Sends an HTTP request, and parses the answer's JSON. */
export async function request(url: string, { method, token, body, headers, signal }: Call = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: 'manual',
    ...(signal && { signal }),
  });
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
}

export const PASSWORD = 'correct horse battery staple';

export interface SignedInUser {
  id: string;
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
}

let people = 0;

/** Registers a person and verifies the address, over HTTP and with the link in the email. */
export async function createUser(
  test: TestService,
  { email = `person${++people}@example.com`, password = PASSWORD, name = 'Person' } = {},
) {
  const registered = await test.request('/v1/users', { body: { email, password, name } });
  assert.equal(registered.status, 202, JSON.stringify(registered.body));
  const { token } = await test.mail(email, /confirm/i);
  const confirmed = await test.request('/v1/email-verifications/confirm', { body: { token } });
  assert.equal(confirmed.status, 204, JSON.stringify(confirmed.body));
  return { email, password };
}

/** Creates a user and signs in. */
export async function createSignedInUser(
  test: TestService,
  options: Parameters<typeof createUser>[1] = {},
): Promise<SignedInUser> {
  const { email, password } = await createUser(test, options);
  return signIn(test, email, password);
}

export async function signIn(test: TestService, email: string, password = PASSWORD): Promise<SignedInUser> {
  const { status, body } = await test.request('/v1/sessions', { body: { email, password } });
  assert.equal(status, 201, JSON.stringify(body));
  return { id: body.user.id, email, password, accessToken: body.accessToken, refreshToken: body.refreshToken };
}

/** Asserts that an answer is a problem document with a status and code (RFC 9457). */
export function assertProblem(answer: Answer, status: number, code: string): void {
  assert.equal(`${answer.status} ${answer.body?.code}`, `${status} ${code}`, JSON.stringify(answer.body));
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(answer.body.status, status);
  assert.equal(answer.body.requestId, answer.headers.get('x-request-id'));
}
