/** The scene of tests of tokens for other services: clients of the installation, and what they and members ask. */
import assert from 'node:assert/strict';
import {
  type Answer,
  type Call,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../../test/service.ts';
import { makeServiceClient } from '../clients.ts';

export const REPORTS = 'https://reports.example.com';
export const SEARCH = 'search';

const reports = makeServiceClient('reports', [REPORTS, 'reports-internal']);
const search = makeServiceClient('search', [SEARCH]);
/** The Basic credentials of each client. */
export const credentials = { reports: `reports:${reports.secret}`, search: `search:${search.secret}` };

export const startWithClients = (options: Parameters<typeof startTestService>[0] = {}): Promise<TestService> =>
  startTestService({ ...options, env: { SERVICE_CLIENTS: `${reports.entry},${search.entry}`, ...options.env } });

/** A call with Basic credentials, of the client `reports` if absent. */
export function asClient(
  test: TestService,
  path: string,
  call: Call = {},
  pair = credentials.reports,
): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  return test.request(path, { ...call, headers: { authorization, ...call.headers } });
}

export const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';

export const exchange = (test: TestService, { accessToken }: SignedInUser, organization: string, audience = REPORTS) =>
  test.request('/v1/tokens/exchange', {
    token: accessToken,
    body: { grant_type: GRANT_TYPE, audience, organization },
  });

/** @returns the token */
export async function exchanged(...given: Parameters<typeof exchange>): Promise<string> {
  const { status, body } = await exchange(...given);
  assert.equal(status, 200, JSON.stringify(body));
  return body.access_token;
}

export const introspect = (test: TestService, token: string, pair?: string) =>
  asClient(test, '/v1/tokens/introspect', { body: { token } }, pair);
