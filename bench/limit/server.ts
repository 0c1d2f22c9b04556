/**
 * The limit's server does the same work as the service, and nothing else. It uses node:http and postgres.js with prepared statements: single
 * statements on one pipelined connection, transactions on a pool. It has no logs, metrics, security headers, validation or error handling.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import postgres from 'postgres';
import { intake } from './intake.ts';
import { CLAIMS, REFRESH_ONCE } from './paths.ts';
import { refreshInOneStatement, refreshTokens } from './refresh.ts';
import type { LimitSettings } from './settings.ts';
import { createTokens } from './tokens.ts';
import { presentUser } from './users.ts';

const TRANSACTIONS = 10;
/** As much as the service shows of a user. */
const PERSON = {
  ...{ id: '', email: 'user1@example.com', emailStatus: 'ok', name: 'User 1', locale: 'en' },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' },
};

process.on('disconnect', () => process.exit());
process.once('message', (settings: LimitSettings) => {
  const statements = postgres(settings.databaseUrl, { max: 1 });
  const transactions = postgres(settings.databaseUrl, { max: TRANSACTIONS });
  const tokens = createTokens(settings);
  const takeIn = intake(transactions);
  const refresh = refreshTokens(transactions, tokens, settings.sealingKey);
  const refreshOnce = refreshInOneStatement(statements, tokens, settings.sealingKey);

  async function answer(request: IncomingMessage): Promise<object> {
    if (request.url === '/v1/webhooks/stripe')
      return takeIn(request.headers['stripe-signature'] as string, await bodyOf(request));
    if (request.url === REFRESH_ONCE)
      return refreshOnce((JSON.parse(await bodyOf(request)) as { refreshToken: string }).refreshToken);
    if (request.method === 'POST')
      return refresh((JSON.parse(await bodyOf(request)) as { refreshToken: string }).refreshToken);
    const { sub } = tokens.verify(request.headers.authorization!.slice('Bearer '.length));
    if (request.url === CLAIMS) return { ...PERSON, id: sub };
    const [user] = await statements`select * from users where id = ${sub}`;
    return presentUser(user!);
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (found) => {
        const body = JSON.stringify(found);
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
        response.writeHead(200, headers).end(body);
      },
      (error: unknown) => response.writeHead(500, { 'content-length': 0, reason: String(error) }).end(),
    );
  });
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
