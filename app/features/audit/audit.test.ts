import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { atOnce, auditTrail, rows, value } from '../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { newId } from '../../platform/security/random.ts';
import type { AuditEntry } from './audit.ts';

describe('an audit trail', () => {
  let test: TestService;
  let second: TestService;
  before(async () => {
    test = await startTestService({ jobs: false });
    second = await startTestService({ jobs: false, databaseUrl: test.service.config.databaseUrl });
  });
  after(async () => {
    await second.close();
    await test.close();
  });

  const entry = (ownerId: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
    ownerId,
    action: 'user.updated',
    actor: { type: 'user', id: ownerId },
    target: { type: 'user', id: ownerId },
    origin: { requestId: 'request-1', ipAddress: '203.0.113.7', userAgent: 'Firefox' },
    details: { before: { name: 'Ada' }, after: { name: 'Ada King' } },
    ...more,
  });
  const append = (ownerId: string, more: Partial<AuditEntry> = {}, on = test) =>
    on.service.db.transaction((tx) => on.service.audit.append(tx, entry(ownerId, more)));
  async function trailOf(length: number): Promise<string> {
    const ownerId = newId();
    for (let index = 0; index < length; index++) await append(ownerId, { details: { index } });
    return ownerId;
  }
  const verify = (ownerId: string) => test.service.audit.verify(ownerId);
  const owners = async () => (await Array.fromAsync(test.service.audit.owners())).flat();

  it('is whole as it was written, numbered without a gap', async () => {
    const ownerId = await trailOf(5);
    assert.equal(await verify(ownerId), null);
    const events = await auditTrail(test, ownerId);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      [1, 2, 3, 4, 5],
    );
    assert.equal(await verify(newId()), null, 'an empty one too');
  });

  it('is whole whatever its details hold', async () => {
    const storable = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0'));
    const details = fc.dictionary(
      storable,
      fc.letrec<{ tree: unknown }>((tie) => ({
        tree: fc.oneof(
          { maxDepth: 3 },
          storable,
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
          fc.constant(null),
          fc.array(tie('tree'), { maxLength: 4 }),
          fc.dictionary(storable, tie('tree'), { maxKeys: 4 }),
        ),
      })).tree,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(details, { minLength: 1, maxLength: 3 }), async (list) => {
        const ownerId = newId();
        for (const each of list) await append(ownerId, { details: each });
        assert.equal(await verify(ownerId), null);
      }),
      { numRuns: 40 },
    );
  });

  it('shows a change of any column of an event, and names the event', async () => {
    const changes = {
      id: `gen_random_uuid()`,
      occurred_at: `occurred_at + interval '1 millisecond'`,
      actor_type: `'system'`,
      actor_id: `'someone else'`,
      action: `'user.restored'`,
      target_type: 'null',
      target_id: `target_id || 'x'`,
      request_id: 'null',
      ip_address: `'203.0.113.8'`,
      user_agent: `''`,
      details: `'{"index": 99}'`,
      hash: `sha256(hash)`,
      mac: `sha256(mac)`,
    };
    const columns = await rows(
      test,
      `select column_name from information_schema.columns where table_name = 'audit_events'`,
    );
    const covered = new Set([...Object.keys(changes), 'owner_id', 'sequence']);
    assert.deepEqual(
      new Set(columns.map(({ column_name }) => column_name)),
      covered,
      'a new column must be hashed too',
    );
    for (const [column, expression] of Object.entries(changes)) {
      const ownerId = await trailOf(4);
      await rows(
        test,
        `update audit_events set ${column} = ${expression} where owner_id = $1 and sequence = 2`,
        ownerId,
      );
      assert.deepEqual(await verify(ownerId), { sequence: 2, reason: 'altered' }, column);
    }
  });

  it('shows an event that was removed, at the beginning, in the middle, or at the end', async () => {
    for (const sequence of [1, 3, 5]) {
      const ownerId = await trailOf(5);
      await rows(test, 'delete from audit_events where owner_id = $1 and sequence = $2', ownerId, sequence);
      assert.deepEqual(await verify(ownerId), { sequence, reason: 'missing' });
    }
    const ownerId = await trailOf(3);
    await rows(test, 'delete from audit_events where owner_id = $1', ownerId);
    assert.deepEqual(await verify(ownerId), { sequence: 1, reason: 'missing' });
  });

  it('shows an event that was moved, inserted, or added past the end', async () => {
    const columns =
      'id, occurred_at, actor_type, actor_id, action, target_type, target_id, request_id, ip_address, user_agent, details, hash';
    const copy = (ownerId: string, from: number, to: number) =>
      rows(
        test,
        `insert into audit_events (owner_id, sequence, ${columns}) select owner_id, $3, ${columns} from audit_events
         where owner_id = $1 and sequence = $2`,
        ownerId,
        from,
        to,
      );
    const added = await trailOf(3);
    await copy(added, 3, 4);
    assert.equal((await verify(added))?.sequence, 4);

    const inserted = await trailOf(3);
    await rows(
      test,
      'update audit_events set sequence = sequence + 1000 where owner_id = $1 and sequence >= 2',
      inserted,
    );
    await rows(
      test,
      'update audit_events set sequence = sequence - 999 where owner_id = $1 and sequence > 1000',
      inserted,
    );
    await copy(inserted, 1, 2);
    assert.deepEqual(await verify(inserted), { sequence: 2, reason: 'altered' });

    const swapped = await trailOf(3);
    await rows(
      test,
      'update audit_events set sequence = 5 - sequence + 1000 where owner_id = $1 and sequence >= 2',
      swapped,
    );
    await rows(
      test,
      'update audit_events set sequence = sequence - 1000 where owner_id = $1 and sequence > 1000',
      swapped,
    );
    assert.deepEqual(await verify(swapped), { sequence: 2, reason: 'altered' });
  });

  it('shows events of which the head of the chain knows nothing, and is found to be checked', async () => {
    const ownerId = await trailOf(2);
    const [head] = await rows(test, 'select * from audit_chains where owner_id = $1', ownerId);
    await append(ownerId);
    await rows(test, 'update audit_chains set sequence = 2, hash = $2 where owner_id = $1', ownerId, head.hash);
    assert.deepEqual(await verify(ownerId), { sequence: 3, reason: 'inserted' });
    await rows(test, 'delete from audit_chains where owner_id = $1', ownerId);
    assert.deepEqual(await verify(ownerId), { sequence: 1, reason: 'inserted' });
    assert.ok((await owners()).includes(ownerId));
  });

  it('stays whole when two processes append at the same time, and never looks broken meanwhile', async () => {
    const ownerId = newId();
    let appending = true;
    const appendTen = async (first: number) => {
      for (let index = first; index < first + 10; index++)
        await append(ownerId, { details: { index } }, first % 20 ? test : second);
    };
    const appended = atOnce(20, (index) => appendTen(index * 10)).then(() => {
      appending = false;
    });
    while (appending) assert.equal(await verify(ownerId), null);
    await appended;
    assert.equal(await verify(ownerId), null);
    assert.equal(await value(test, 'select max(sequence)::int from audit_events where owner_id = $1', ownerId), 200);
    assert.equal(
      await value(test, `select count(distinct details->>'index')::int from audit_events where owner_id = $1`, ownerId),
      200,
    );
  });

  it('is checked beyond the first thousand events', async () => {
    const ownerId = newId();
    await test.service.db.transaction(async (tx) => {
      for (let index = 0; index < 1_002; index++) await test.service.audit.append(tx, entry(ownerId));
    });
    assert.equal(await verify(ownerId), null);
    await rows(test, `update audit_events set details = '{}' where owner_id = $1 and sequence = 1001`, ownerId);
    assert.deepEqual(await verify(ownerId), { sequence: 1_001, reason: 'altered' });
  });

  it('has nothing of a transaction that was rolled back', async () => {
    const ownerId = await trailOf(1);
    const failing = test.service.db.transaction(async (tx) => {
      await test.service.audit.append(tx, entry(ownerId));
      throw new Error('undone');
    });
    await assert.rejects(failing, /undone/);
    await append(ownerId);
    assert.equal(await verify(ownerId), null);
    assert.equal((await auditTrail(test, ownerId)).length, 2);
  });

  it('is found among any number of others, each once', async () => {
    const ownerIds = Array.from({ length: 120 }, newId);
    for (const ownerId of ownerIds) await append(ownerId);
    const all = await owners();
    assert.equal(new Set(all).size, all.length);
    for (const ownerId of ownerIds) assert.ok(all.includes(ownerId));
  });

  it('is shortened from its end, in batches, and whole after each: what stopped is taken up again', async () => {
    const { service } = test;
    const [gone, kept] = [newId(), await trailOf(3)];
    await service.db.transaction(async (tx) => {
      for (let index = 0; index < 2_300; index++) await service.audit.append(tx, entry(gone));
    });
    await service.db.$client.queryAlone(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'not yet'; end $$;
      create trigger refuse before delete on audit_events for each row when (old.sequence = 700) execute function refuse();`);
    await assert.rejects(service.audit.shorten(gone));
    assert.equal(await value(test, 'select count(*)::int from audit_events where owner_id = $1', gone), 1_300);
    assert.equal(await verify(gone), null, 'the chain ends earlier');
    await append(gone);
    assert.equal(await verify(gone), null, 'and goes on');

    await rows(test, 'drop trigger refuse on audit_events');
    await service.audit.shorten(gone);
    assert.equal(await value(test, 'select count(*)::int from audit_events where owner_id = $1', gone), 0);
    assert.equal(await verify(gone), null);
    await append(gone);
    assert.equal(await verify(gone), null, 'one that is recorded then is the first');
    assert.equal((await auditTrail(test, kept)).length, 3);
  });

  it('is forgotten whole, and alone', async () => {
    const [gone, kept] = [await trailOf(2), await trailOf(2)];
    await test.service.db.transaction((tx) => test.service.audit.forget(tx, gone));
    assert.deepEqual(await auditTrail(test, gone), []);
    assert.equal(await verify(gone), null);
    assert.equal((await auditTrail(test, kept)).length, 2);
    assert.equal(await verify(kept), null);
  });
});
