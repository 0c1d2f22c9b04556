/** Organizations for a benchmark, and the api that changes them in variants. */
import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import { httpRequest } from './load/protocol.ts';
import { ask, startWorker } from './processes.ts';
import { APP_SECRET, userId } from './seed.ts';
import { API_URL, type Tokens } from './tokens.ts';

const ORGANIZATIONS = 200;

/** Starts the api as shipped, or without a part of it (`variant.ts`). */
export async function startVariant(
  url: string,
  without?: 'silent' | 'unhinted',
): Promise<{ child: ChildProcess; pid: number; port: number }> {
  const env = {
    ...{ ...process.env, APP_ENV: 'test', APP_SECRET, DATABASE_URL: url, PORT: '0', METRICS_PORT: '0', API_URL },
    ...{ APP_URL: 'https://app.example.com', SMTP_URL: 'smtp://127.0.0.1:1', EMAIL_FROM: 'a@example.com' },
    NETWORK_LIMIT_FACTOR: '10000',
  };
  const child = startWorker('server', new URL('./variant.ts', import.meta.url), {
    args: without ? [without] : [],
    env,
  });
  const { port } = await ask<{ port: number }>(child, {}, 30_000);
  return { child, pid: child.pid!, port };
}

/** Makes organizations without webhook endpoints, each owned by the user of the same number. @returns their ids */
export async function seedOrganizations(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const owners = Array.from({ length: ORGANIZATIONS }, (_, index) => userId(index));
  const { rows } = await client.query<{ id: string }>(
    `with owner as (select user_id, uuidv7() as id, n from unnest($1::uuid[]) with ordinality as given (user_id, n)),
       organization as (
         insert into organizations (id, name, slug, personal, created_at, updated_at)
         select id, 'Change', 'change-' || id, false, now(), now() from owner),
       membership as (
         insert into memberships (organization_id, user_id, role, created_at) select id, user_id, 'owner', now() from owner)
     select id from owner order by n`,
    [owners],
  );
  await client.end();
  return rows.map(({ id }) => id);
}

/** Organizations that get one name, one after the other, and then the next: more than there are connections. */
const BLOCK = 10;

/** Each request changes something, wherever the load ends and begins again. */
export function changesOf(tokens: Tokens, organizations: readonly string[]): string[] {
  const named = organizations.map((id, index) => {
    const headers = { authorization: `Bearer ${tokens.access(index)}` };
    return (name: string) => httpRequest('PATCH', `/v1/organizations/${id}`, headers, JSON.stringify({ name }));
  });
  const blocks = Array.from({ length: organizations.length / BLOCK }, (_, block) =>
    named.slice(block * BLOCK, (block + 1) * BLOCK),
  );
  return blocks.flatMap((block) => ['One', 'Two'].flatMap((name) => block.map((request) => request(name))));
}
