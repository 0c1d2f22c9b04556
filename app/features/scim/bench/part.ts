/**
 * SCIM: users created one by one, beside as many invitations by the API; and finding one by userName among them, beside `GET /v1/users/me`. As many users
 * again are of a domain that the organization governs, so each of them gets an account, too. SCIM_USERS says how many are created.
 */
import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { type Connection, openConnection } from '../../../../bench/load/connection.ts';
import { httpRequest } from '../../../../bench/load/protocol.ts';
import { createMeter, describe, interleave, ratio, requireStatus } from '../../../../bench/measuring.ts';
import { meRequests } from '../../../../bench/parts/me.ts';
import type { FeaturePart } from '../../../../bench/parts/part.ts';
import { CONNECTIONS } from '../../../../bench/parts/part.ts';
import { userId } from '../../../../bench/seed.ts';
import { openTokens } from '../../../../bench/tokens.ts';
import type { TestService } from '../../../../test/service.ts';
import { systemClock } from '../../../platform/clock.ts';
import { openDatabase } from '../../../platform/database/database.ts';
import { newId } from '../../../platform/security/random.ts';
import { hashOfKey, makeKey } from '../../organizations/organizations.ts';
import { TOKEN_PREFIX } from '../tokens.ts';

const USERS = 1_000;
/** Created on one side, and then on the other. */
const BLOCK = 50;

interface Place {
  readonly organizationId: string;
  readonly token: string;
}

/** An old organization of user 0, with a token for its directory, and a domain if it governs one. */
async function seedPlace(client: pg.Client, domain?: string): Promise<Place> {
  const [organizationId, id, domainId] = [newId(), newId(), newId()];
  const token = makeKey(organizationId, id, TOKEN_PREFIX);
  const long = `now() - interval '1 year'`;
  await client.query(
    `insert into organizations (id, name, slug, personal, created_at, updated_at) values ($1, 'Bench', $2, false, ${long}, ${long})`,
    [organizationId, `bench-${organizationId}`],
  );
  await client.query(
    `insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, 'owner', ${long})`,
    [organizationId, userId(0)],
  );
  await client.query(
    `insert into scim_tokens (organization_id, id, name, hash, hint, created_by, created_at, last_used_at)
     values ($1, $2, 'Bench', $3, 'pld_…', $4, now(), now() + interval '1 day')`,
    [organizationId, id, hashOfKey(token), userId(0)],
  );
  if (domain === undefined) return { organizationId, token };
  await client.query(
    `insert into organization_domains (organization_id, id, domain, record_name, record_value, created_at, verified_at, next_check_at)
     values ($1, $2, $3, 'record', 'value', now(), now(), now() + interval '1 year')`,
    [organizationId, domainId, domain],
  );
  const verified = 'insert into verified_domains (domain, organization_id, domain_id) values ($1, $2, $3)';
  await client.query(verified, [domain, organizationId, domainId]);
  return { organizationId, token };
}

/** Gives organizations the plan without a limit of members, if plans are sold. */
async function entitleAll(url: string, places: readonly Place[]): Promise<void> {
  const db = openDatabase({
    ...{ url, poolSize: 2, lanes: 1, preparedStatements: true, statementTimeoutMs: 60_000, applicationName: 'bench' },
  });
  const test = { service: { db }, clock: systemClock } as unknown as TestService;
  for (const file of globSync('app/{features,product}/*/testing/entitled.ts')) {
    const feature = await import(pathToFileURL(file).href);
    for (const { organizationId } of places) await feature.entitle(test, organizationId);
  }
  await db.$client.end();
}

const json = { 'content-type': 'application/json' };

function scimCreate({ token }: Place, address: string): string {
  const body = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: address,
    name: { givenName: 'Bench', familyName: 'Person' },
    emails: [{ value: address, type: 'work', primary: true }],
    active: true,
  };
  return httpRequest('POST', '/scim/v2/Users', { ...json, authorization: `Bearer ${token}` }, JSON.stringify(body));
}

/** Sends requests one by one. @returns the seconds that they took */
async function send(connection: Connection, client: pg.Client, requests: readonly string[]): Promise<number> {
  // The limits of an hour are not what is measured here.
  await client.query('delete from rate_limits');
  const startedAt = performance.now();
  for (const request of requests) {
    const { status, body } = await connection.request(request);
    if (status !== 201) throw new Error(`${status} ${body}`);
  }
  return (performance.now() - startedAt) / 1_000;
}

const budgets = {
  invited: { title: 'SCIM users invited, time to invitations', unit: '', better: 'less', must: 2, aim: 1.3 },
  governed: { title: 'SCIM users with an account, likewise', unit: '', better: 'less', must: 4, aim: 2 },
  find: { title: 'CPU of finding a userName, to /me', unit: '', better: 'less', must: 2, aim: 1.5 },
} as const;

const measure: FeaturePart<keyof typeof budgets>['measure'] = async ({ stage, quick, log }) => {
  const url = await stage.database(USERS);
  const client = new pg.Client({ connectionString: url });
  // Of the end of the database: what went wrong before it is told instead.
  client.on('error', () => {});
  await client.connect();
  await client.query(`update users set created_at = now() - interval '1 year' where id = $1`, [userId(0)]);
  const [inviting, directory, company] = [
    await seedPlace(client),
    await seedPlace(client),
    await seedPlace(client, 'governed.example'),
  ];
  await entitleAll(url, [inviting, directory, company]);
  const [api, tokens] = [await stage.api(url), await openTokens(url)];
  const connection = await openConnection(api.port);
  const total = Number(process.env.SCIM_USERS ?? (quick ? 300 : 10_000));
  const owner = { ...json, authorization: `Bearer ${tokens.access(0)}` };
  const sides = {
    invitations: (nth: number) =>
      httpRequest(
        'POST',
        `/v1/organizations/${inviting.organizationId}/invitations`,
        owner,
        JSON.stringify({ email: `p${nth}@api.example`, role: 'member' }),
      ),
    invited: (nth: number) => scimCreate(directory, `p${nth}@scim.example`),
    governed: (nth: number) => scimCreate(company, `p${nth}@governed.example`),
  };
  const seconds = { invitations: 0, invited: 0, governed: 0 };
  for (let from = 0; from < total; from += BLOCK) {
    if (from % (total / 5) < BLOCK) log(`${from.toLocaleString('en')} of ${total.toLocaleString('en')} users created`);
    const numbers = Array.from({ length: BLOCK }, (_, nth) => from + nth);
    for (const side of ['invitations', 'invited', 'governed'] as const)
      seconds[side] += await send(connection, client, numbers.map(sides[side]));
  }
  connection.close();

  const meter = createMeter(stage.postgresPid);
  const found = Array.from({ length: total }, (_, nth) => {
    const filter = encodeURIComponent(`userName eq "p${nth}@scim.example"`);
    return httpRequest('GET', `/scim/v2/Users?filter=${filter}`, { authorization: `Bearer ${directory.token}` });
  });
  const durationMs = quick ? 1_000 : 3_000;
  const load = async (requests: readonly string[]) => {
    const work = { kind: 'list', requests } as const;
    return requireStatus(await meter.measure(api, { connections: CONNECTIONS, durationMs, work }), 200);
  };
  await load(found);
  const { find, me } = await interleave(quick ? 4 : 8, {
    find: () => load(found),
    me: () => load(meRequests(tokens, USERS, USERS)),
  });
  await Promise.all([meter.close(), api.stop(), client.end()]);
  const each = (side: keyof typeof seconds) => `${((seconds[side] / total) * 1_000).toFixed(2)} ms each`;
  return {
    figures: {
      invited: seconds.invited / seconds.invitations,
      governed: seconds.governed / seconds.invitations,
      find: ratio(find, me, ({ serverCpuUs }) => serverCpuUs),
    },
    details: [
      { label: `${total} invitations by the API`, text: each('invitations') },
      { label: `${total} users invited over SCIM`, text: each('invited') },
      { label: `${total} users with an account`, text: each('governed') },
      { label: 'finding one by userName', text: describe(find) },
      { label: 'GET /v1/users/me', text: describe(me) },
    ],
    raw: { seconds, find, me },
  };
};

export const part: FeaturePart<keyof typeof budgets> = { budgets, measure };
