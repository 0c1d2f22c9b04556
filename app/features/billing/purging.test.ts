import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rows, value } from '../../../test/conditions.ts';
import { startTestService } from '../../../test/service.ts';
import { createScene, DELETE } from '../organizations/testing/scene.ts';

describe('the purge of a deleted organization', () => {
  it('removes its usage in batches, with no more than a batch in one transaction', async (t) => {
    const test = await startTestService({ schedules: false });
    t.after(() => test.close());
    const scene = await createScene(test);
    await scene.as(scene.owner, '', DELETE);
    await rows(test, 'update organizations set purge_at = $2 where id = $1', scene.id, test.clock.now());
    await rows(
      test,
      `insert into billing_usage_events (organization_id, id, meter, quantity, occurred_at)
       select $1, gen_random_uuid(), 'calls', 1, now() from generate_series(1, 3500)`,
      scene.id,
    );
    await test.service.db.$client.queryAlone(`
      create table removals (number int not null);
      create function note() returns trigger language plpgsql as $$ begin insert into removals select count(*) from gone; return null; end $$;
      create trigger note after delete on billing_usage_events referencing old table as gone for each statement execute function note();`);
    await test.service.organizations.handlers[0]!.handle({}, {} as never);
    assert.equal(await value(test, 'select count(*)::int from organizations where id = $1', scene.id), 0);
    const removed = await rows(test, 'select number from removals where number > 0');
    assert.deepEqual(
      removed.map(({ number }) => number),
      [1_000, 1_000, 1_000, 500],
    );
  });
});
