import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { sql } from 'drizzle-orm';
import { value } from '../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { newId } from '../../platform/security/random.ts';
import { type Events, storedEvent } from './events.ts';
import { publicId, storedId } from './payload.ts';

describe('events', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
    await test.service.db.$client.queryAlone('create table told (id uuid, type text)');
    test.service.events.alongside('told', {
      statement: sql`insert into told select id, type from ${storedEvent} returning id`,
    });
  });
  after(() => test.close());

  // Which types there are depends on the features of the product.
  type Emit = (tx: unknown, organizationId: string, type: string, data: object) => Promise<void>;
  const emit: Emit = (...given) => (test.service.events.emit as unknown as Emit)(...given);
  const count = (organizationId: string) =>
    value(test, 'select count(*)::int from events where organization_id = $1', organizationId);

  it('exist if, and only if, the transaction of the change commits', async () => {
    const organizationId = newId();
    const { db } = test.service;
    const refused = db.transaction(async (tx) => {
      await emit(tx, organizationId, 'thing.changed', {});
      throw new Error('refused');
    });
    await assert.rejects(refused, /refused/);
    assert.equal(await count(organizationId), 0);
    await db.transaction((tx) => emit(tx, organizationId, 'thing.changed', { id: 1 }));
    const [event] = await test.service.events.list(organizationId, {}, 10);
    assert.deepEqual([event!.type, event!.data], ['thing.changed', { id: 1 }]);
  });

  it('are listed from the newest on, by type and by time', async () => {
    const organizationId = newId();
    const list: Events['list'] = test.service.events.list;
    for (const type of ['a.done', 'b.done', 'a.done', 'b.done']) {
      await emit(test.service.db, organizationId, type, {});
      test.clock.advance(1_000);
    }
    const all = await list(organizationId, {}, 10);
    assert.deepEqual(all.map(({ type }) => type).join(), 'b.done,a.done,b.done,a.done');
    assert.deepEqual(await list(organizationId, {}, 2, all[1]!.id), all.slice(2));
    assert.equal((await list(organizationId, { type: 'a.done' }, 10)).length, 2);
    const [from, to] = [all[2]!.occurredAt, all[0]!.occurredAt];
    assert.deepEqual(await list(organizationId, { from, to }, 10), all.slice(1, 3), 'from is inclusive, to is not');
  });

  it('are deleted after the days of the setting, and not before', async () => {
    const organizationId = newId();
    await emit(test.service.db, organizationId, 'thing.changed', {});
    const handler = test.service.events.handlers.find(({ queue }) => queue.name === 'events.retain')!;
    const retain = () => handler.handle({}, {} as never);
    test.clock.advance(30 * DAY_MS - 60_000);
    await retain();
    assert.equal(await count(organizationId), 1);
    test.clock.advance(120_000);
    await retain();
    assert.equal(await count(organizationId), 0);
  });

  it('carry rows of later features in the same statement, which cannot be added after the first event', async () => {
    const organizationId = newId();
    await emit(test.service.db, organizationId, 'thing.changed', {});
    const [event] = await test.service.events.list(organizationId, {}, 1);
    assert.equal(await value(test, 'select type from told where id = $1', event!.id), 'thing.changed');
    assert.throws(() => test.service.events.alongside('late', { statement: sql`select` }), /after the first event/);
  });

  it('have ids that sort by time and can be read back', () => {
    const ids = Array.from({ length: 100 }, () => publicId(newId()));
    assert.deepEqual([...ids].sort(), ids);
    for (const id of ids) assert.equal(publicId(storedId(id)!), id);
    for (const text of ['', 'evt_', 'evt_0', `${ids[0]}0`, ids[0]!.toUpperCase()])
      assert.equal(storedId(text), undefined);
  });

  it('are in the catalogue and in the document of the API, each with an example that its schema accepts', async () => {
    const { status, headers, body } = await test.request('/v1/event-types');
    assert.equal(status, 200);
    assert.match(headers.get('cache-control')!, /public/);
    const { body: document } = await test.request('/openapi.json');
    const types: string[] = body.data.map(({ type }: { type: string }) => type);
    assert.deepEqual(Object.keys(document.webhooks ?? {}), types);
    const ajv = addFormats.default(new Ajv2020({ strict: false }) as never);
    ajv.addSchema(document, 'document');
    for (const { type, about, example } of body.data) {
      assert.match(about, /\.$/);
      const { post } = document.webhooks[type];
      const { schema, example: shown } = post.requestBody.content['application/json'];
      assert.deepEqual(shown, example);
      const accepts = ajv.compile({ $ref: `document${schema.$ref}` });
      assert.ok(accepts(example), `${type}: ${JSON.stringify(accepts.errors)}`);
      assert.ok(!accepts({ ...(example as object), type: 'another.type' }));
    }
  });
});
