/**
 * Every event of the catalogue is emitted by a real change, in its transaction. A type that no feature has a change for fails the last test:
 * its feature adds one to `testing/emitted-events.ts`.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually, rows, value } from '../../../test/conditions.ts';
import { type Changes, changesOfFeatures } from '../../../test/emitted-events.ts';
import type { TestService } from '../../../test/service.ts';
import { eventTypes } from './declaration.ts';

/** Which transaction wrote to which table; and what refuses an event. A sequence counts in transactions that are rolled back too. */
const WATCH = `
  create table writes (transaction xid8, name text, type text);
  create function note_write() returns trigger language plpgsql as $$
    begin insert into writes values (pg_current_xact_id(), tg_table_name); return null; end $$;
  do $$ declare name text; begin
    for name in select tablename from pg_tables where schemaname = 'public' and tablename not in ('events', 'webhook_deliveries', 'writes') loop
      execute format('create trigger note_write after insert or update or delete on %I for each statement execute function note_write()', name);
    end loop; end $$;
  create function note_event() returns trigger language plpgsql as $$
    begin insert into writes values (pg_current_xact_id(), null, new.type); return null; end $$;
  create trigger note_event after insert on events for each row execute function note_event();
  create sequence refused_events;
  create function refuse_event() returns trigger language plpgsql as $$
    begin raise exception 'refused by the test: %', nextval('refused_events'); end $$;`;

const TOGETHER = `select count(*)::int from writes event where type = $1
  and exists (select from writes change where change.transaction = event.transaction and change.name is not null)`;

/** Lets events of a type be stored, and refuses the commit of their transaction. */
const refusal = (type: string) => `
  create constraint trigger refuse_event after insert on events deferrable initially deferred
    for each row when (new.type = '${type}') execute function refuse_event()`;

describe('every event of the catalogue', () => {
  const proven = new Set<string>();

  async function prove(type: string, { test, prepare }: Changes): Promise<void> {
    const { organizationId, make, isMade } = await prepare[type]!();
    const count = `select count(*)::int from events where organization_id = $1 and type = $2`;
    const before = await value(test, count, organizationId, type);
    assert.equal(await isMade(), false, `${type}: made before it began`);
    await whileRefused(test, type, () => make().catch(() => {}));
    assert.equal(await isMade(), false, `${type}: the change was stored without its event`);
    assert.equal(await value(test, count, organizationId, type), before, `${type}: stored without its change`);
    await rows(test, `update pgboss.job set start_after = now() where state < 'active'`);
    await rows(test, 'truncate writes');
    await make();
    await eventually(`${type}: the change is stored`, isMade);
    assert.equal(await value(test, count, organizationId, type), before + 1, `${type}: not once`);
    assert.equal(await value(test, TOGETHER, type), 1, `${type}: stored in a transaction of its own`);
    proven.add(type);
  }

  async function whileRefused(test: TestService, type: string, work: () => Promise<unknown>): Promise<void> {
    const { $client } = test.service.db;
    await $client.queryAlone(refusal(type));
    try {
      await work();
      assert.equal(await value(test, `select nextval('refused_events') > 1`), true, `${type}: not emitted`);
    } finally {
      await $client.queryAlone(`drop trigger refuse_event on events; alter sequence refused_events restart`);
    }
  }

  it('is stored with a real change, once, and rolls it back when it cannot be stored', async () => {
    for (const start of await changesOfFeatures()) {
      const changes = await start();
      try {
        await changes.test.service.db.$client.queryAlone(WATCH);
        for (const type of Object.keys(changes.prepare)) await prove(type, changes);
      } finally {
        await changes.close();
      }
    }
  });

  it('has such a change', () => {
    assert.deepEqual([...proven].sort(), [...eventTypes].sort());
  });
});
