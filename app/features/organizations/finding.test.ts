/** Operators find people and organizations by name, among many. `FOUND_AMONG=100000` for more of them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { createOperator, type TestOperator, trailOf } from '../operator/testing/scene.ts';

const AMONG = Number(process.env.FOUND_AMONG ?? 20_000);
const BATCH = 5_000;
const FIRST = "(array['Ada','Bob','Carla','Dmitri','Eve','Fatma','Grace','Heinz','Ines','Jean-Luc'])";
const LAST = "(array['Miller','Nowak','Öztürk','O''Brien','Smith','Zhang','Weber'])";

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  Plans?: Plan[];
}

describe('finding by name', { timeout: 240_000 }, () => {
  let test: TestService;
  let operator: TestOperator;
  before(async () => {
    test = await startTestService({ schedules: false });
    operator = await createOperator(test);
    const person = `${FIRST}[1 + i % 10] || ' ' || ${LAST}[1 + i % 7] || ' ' || i`;
    const { db } = test.service;
    // In batches: the service ends a statement that takes long.
    for (let first = 1; first <= AMONG; first += BATCH) {
      const among = `generate_series(${first}, ${Math.min(AMONG, first + BATCH - 1)}) i`;
      await db.$client.query(
        `with people as (
           insert into users (id, email, name, locale, created_at, updated_at)
           select gen_random_uuid(), 'many-' || i || '@example.com', ${person}, 'en', now(), now() from ${among} returning id)
         insert into sessions (user_id, id, secret, generation, created_at, refreshed_at)
         select id, gen_random_uuid(), 'x', 1, now(), now() from people`,
      );
      await db.$client.query(
        `with companies as (
           insert into organizations (id, name, slug, personal, created_at, updated_at)
           select gen_random_uuid(), 'Company ' || i, 'company-' || i, false, now(), now() from ${among} returning id, slug)
         insert into api_keys (organization_id, id, name, hint, hash, scopes, created_by, created_at)
         select id, gen_random_uuid(), 'key', 'hint-' || slug, 'x', '{}', gen_random_uuid(), now() from companies`,
      );
    }
    for (const table of ['users', 'organizations', 'sessions', 'api_keys']) await db.$client.query(`analyze ${table}`);
  });
  after(() => test?.close());

  async function search(q: string): Promise<{ kind: string; title: string; organizationId: string | null }[]> {
    const path = `/v1/operator/search?q=${encodeURIComponent(q)}`;
    const { status, body } = await test.request(path, { token: operator.accessToken });
    assert.equal(status, 200, JSON.stringify(body));
    return body.data;
  }
  const titles = async (q: string) => (await search(q)).map(({ title }) => title);

  it('takes the beginnings of words, in any order and in any case, and the shortest name first', async () => {
    await rows(
      test,
      `insert into users (id, email, name, locale, created_at, updated_at) values
       (gen_random_uuid(), 'zoe@example.com', 'Zoë Quux-Lovelace', 'en', now(), now()),
       (gen_random_uuid(), 'zoe2@example.com', 'Zoë Quux Lovelace Senior', 'en', now(), now())`,
    );
    await rows(
      test,
      `insert into organizations (id, name, slug, personal, created_at, updated_at) values
       (gen_random_uuid(), 'Quux.com & Söhne', 'something-else', false, now(), now())`,
    );
    const both = ['Zoë Quux-Lovelace (zoe@example.com)', 'Zoë Quux Lovelace Senior (zoe2@example.com)'];
    for (const q of ['zoë quux', 'LOVE Zoë', 'lovelace']) assert.deepEqual(await titles(q), both, q);
    assert.deepEqual(await titles('senior zoë'), [both[1]]);
    assert.deepEqual(await titles('söhne quux'), ['Quux.com & Söhne']);
    assert.deepEqual(await titles('quux.com'), ['Quux.com & Söhne']);
    for (const q of ['ovelace', 'zoë smith', "'; drop --", '!! &', ':* | a']) assert.deepEqual(await titles(q), [], q);
    assert.equal((await search('ada')).filter(({ kind }) => kind === 'user').length, 20);
  });

  it('leaves no name in the trail of the operator', async () => {
    for (const q of ['Lovelace', 'lovelace-quux', 'Zoë Quux']) await search(q);
    const searches = (await trailOf(test, operator.id)).filter(({ action }) => action === 'operator.searched');
    for (const { details } of searches.slice(0, 3)) assert.deepEqual(Object.keys(details), ['found']);
  });

  it(`reads no table from its beginning to its end, with ${AMONG} rows in each`, async () => {
    const { $client } = test.service.db;
    const asked: { text: string; values: unknown[] }[] = [];
    const own = Object.getOwnPropertyDescriptor($client, 'query');
    const query = $client.query.bind($client) as (...given: unknown[]) => unknown;
    Object.assign($client, {
      query(...given: unknown[]) {
        const [first, values] = given as [string | { text: string; values?: unknown[] }, unknown[]?];
        const text = typeof first === 'string' ? first : first.text;
        if (/^select/i.test(text))
          asked.push({ text, values: values ?? (typeof first === 'string' ? [] : (first.values ?? [])) });
        return query(...given);
      },
    });
    const [{ id: sessionId }] = await rows(test, 'select id from sessions limit 1');
    const [{ id: keyId }] = await rows(test, 'select id from api_keys limit 1');
    try {
      for (const q of ['ada öztürk 77', 'weber', 'company 4711', 'company-4711', 'hint-company-4711', sessionId, keyId])
        assert.ok((await search(q)).length > 0, q);
    } finally {
      if (own) Object.defineProperty($client, 'query', own);
      else delete ($client as unknown as { query?: unknown }).query;
    }
    const large = ['users', 'organizations', 'sessions', 'api_keys'];
    let seen = 0;
    for (const { text, values } of asked) {
      if (!large.some((table) => text.includes(`from "${table}"`))) continue;
      const { rows: answer } = await $client.query(`explain (analyze, format json) ${text}`, values as never[]);
      const [{ Plan: plan, 'Execution Time': ms }] = answer[0]['QUERY PLAN'];
      const scans = scansOf(plan).filter((node) => large.includes(node['Relation Name'] ?? ''));
      assert.deepEqual(scans, [], text);
      assert.ok(ms < 1_000, `${ms} ms: ${text}`);
      seen++;
    }
    assert.ok(seen >= 10, `${seen} statements were seen`);
  });
});

function scansOf(plan: Plan): Plan[] {
  const below = (plan.Plans ?? []).flatMap(scansOf);
  return plan['Node Type'] === 'Seq Scan' ? [plan, ...below] : below;
}
