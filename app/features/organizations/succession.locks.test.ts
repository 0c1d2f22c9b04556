import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { lockAwaited, rows, value } from '../../../test/conditions.ts';
import { startTestService } from '../../../test/service.ts';
import { createScene, PATCH } from './testing/scene.ts';

describe('the purge of an account', () => {
  it('keeps the organizations of the person free for others, however long the rest takes', async (t) => {
    const test = await startTestService({ schedules: false });
    const other = new pg.Client({ connectionString: test.service.config.databaseUrl });
    await other.connect();
    t.after(async () => {
      await other.end();
      await test.close();
    });
    const scene = await createScene(test);
    const member = await scene.add('member');
    await rows(test, 'update users set purge_at = $2 where id = $1', member.id, test.clock.now());
    // The last of what is to be removed cannot be, for as long as this is held.
    await other.query('begin');
    await other.query('select from audit_chains where owner_id = $1 for update', [member.id]);
    const { handlers } = test.service.accounts;
    const running = handlers.find(({ queue }) => queue.name === 'accounts.purge')!.handle({}, {} as never);
    await lockAwaited(test);
    const renamed = await scene.as(scene.owner, '', { ...PATCH({ name: 'Free' }), signal: AbortSignal.timeout(5_000) });
    assert.equal(renamed.status, 200);
    assert.deepEqual(Object.keys(await scene.roles()), [scene.owner.id], 'the member has left already');
    await other.query('commit');
    await running;
    assert.equal(await value(test, 'select count(*)::int from users where id = $1', member.id), 0);
    assert.equal(await test.service.audit.verify(scene.id), null);
  });
});
