/** An attacker who can write to the database, and does not know `APP_SECRET`. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { auditTrail, rows } from '../../../test/conditions.ts';
import { startTestService, type TestService } from '../../../test/service.ts';
import { newId, sha256, uuidToBytes } from '../../platform/security/random.ts';
import { canonicalForm } from './canonical-form.ts';
import type { AuditEvent } from './schema.ts';

const SECRET = 'a first secret of the tests that is long enough';

describe('the audit trail, for an attacker who can write to the database,', () => {
  let test: TestService;
  let migrated: { since: Date; until: Date };
  before(async () => {
    test = await startTestService({ jobs: false, env: { APP_SECRET: SECRET } });
    [migrated] = (await rows(test, 'select * from audit_keying')) as [typeof migrated];
  });
  afterEach(async () => {
    await rows(test, 'delete from audit_keying');
    await rows(test, 'insert into audit_keying (since, until) values ($1, $2)', migrated.since, migrated.until);
  });
  after(() => test.close());

  const append = (ownerId: string, details = {}) =>
    test.service.db.transaction((tx) =>
      test.service.audit.append(tx, {
        ...{ ownerId, action: 'user.updated', actor: { type: 'user', id: ownerId }, details },
      }),
    );
  async function trailOf(length: number, ownerId = newId()): Promise<string> {
    for (let index = 0; index < length; index++) await append(ownerId, { index });
    return ownerId;
  }
  const verify = (ownerId: string, on = test) => on.service.audit.verify(ownerId);

  /** Makes all hashes and the head right again, which needs no key. */
  async function rehash(ownerId: string): Promise<void> {
    const highest = 'select max(sequence) from audit_events where owner_id = $1';
    await rows(test, `update audit_chains set sequence = (${highest}) where owner_id = $1`, ownerId);
    let hash: Buffer = uuidToBytes(ownerId);
    let last = 0;
    for (const event of (await auditTrail(test, ownerId)) as AuditEvent[]) {
      hash = sha256(hash, canonicalForm(event));
      last = event.sequence;
      await rows(test, 'update audit_events set hash = $3 where owner_id = $1 and sequence = $2', ownerId, last, hash);
    }
    await rows(test, 'update audit_chains set sequence = $2, hash = $3 where owner_id = $1', ownerId, last, hash);
  }

  /** Appends a copy of the first event. @param mac its MAC, as SQL */
  async function appendByHand(ownerId: string, { mac = 'null', id = newId() } = {}): Promise<void> {
    await rows(
      test,
      `insert into audit_events (owner_id, sequence, id, occurred_at, actor_type, action, details, hash, mac)
       select owner_id, (select max(sequence) + 1 from audit_events where owner_id = $1), $2, occurred_at, actor_type, action,
         details, hash, ${mac} from audit_events where owner_id = $1 and sequence = 1`,
      ownerId,
      id,
    );
    await rehash(ownerId);
  }

  /** Lets the chain look as the release before MACs wrote it. */
  const unkey = (ownerId: string, upTo: number) =>
    rows(test, 'update audit_events set mac = null where owner_id = $1 and sequence <= $2', ownerId, upTo);

  const keying = (since: string, until: string) =>
    rows(test, 'update audit_keying set since = clock_timestamp() + $1, until = clock_timestamp() + $2', since, until);

  it('shows an event that was altered, although all hashes fit again', async () => {
    const ownerId = await trailOf(4);
    await rehash(ownerId);
    assert.equal(await verify(ownerId), null, 'the hashes alone change nothing');
    await rows(test, `update audit_events set details = '{"index": 9}' where owner_id = $1 and sequence = 2`, ownerId);
    await rehash(ownerId);
    assert.deepEqual(await verify(ownerId), { sequence: 2, reason: 'altered' });
  });

  it('shows events that were removed, or put into another order, although all hashes fit again', async () => {
    const renumber = async (ownerId: string, to: string) => {
      await rows(test, `update audit_events set sequence = 1000 + ${to} where owner_id = $1`, ownerId);
      await rows(test, 'update audit_events set sequence = sequence - 1000 where owner_id = $1', ownerId);
      await rehash(ownerId);
    };
    const shorter = await trailOf(4);
    await rows(test, 'delete from audit_events where owner_id = $1 and sequence = 2', shorter);
    await renumber(shorter, 'case when sequence > 2 then sequence - 1 else sequence end');
    assert.deepEqual(await verify(shorter), { sequence: 2, reason: 'altered' });

    const swapped = await trailOf(4);
    await renumber(swapped, 'case sequence when 2 then 3 when 3 then 2 else sequence end');
    assert.deepEqual(await verify(swapped), { sequence: 2, reason: 'altered' });
  });

  it('shows an event that was appended by hand, with no MAC, that of another event, or one made up', async () => {
    for (const [mac, reason] of [
      ['null', 'unkeyed'],
      ['mac', 'altered'],
      ['sha256(mac)', 'altered'],
      [`''::bytea`, 'altered'],
    ] as const) {
      const ownerId = await trailOf(2);
      await appendByHand(ownerId, { mac });
      assert.deepEqual(await verify(ownerId), { sequence: 3, reason }, mac);
      await append(ownerId);
      assert.deepEqual(await verify(ownerId), { sequence: 3, reason }, 'a genuine event after it hides nothing');
    }
  });

  it('shows a chain from which all MACs were removed', async () => {
    const ownerId = await trailOf(3);
    await unkey(ownerId, 3);
    assert.deepEqual(await verify(ownerId), { sequence: 1, reason: 'unkeyed' });
  });

  it('goes on from a chain of the release before MACs, whose processes may write for a while', async () => {
    const ownerId = await trailOf(3);
    const genuine = newId();
    await keying('-1 hour', '1 day');
    await unkey(ownerId, 3);
    assert.equal(await verify(ownerId), null);
    await append(ownerId);
    await appendByHand(ownerId, { id: genuine });
    await append(ownerId);
    assert.equal(await verify(ownerId), null);
  });

  it('needs a MAC in such a chain too from the first event on that was written after that while', async () => {
    const ownerId = await trailOf(3);
    const backdated = newId();
    // The while ends with the millisecond of that id: before the next event, which some statements part from it.
    const until = new Date(Number.parseInt(backdated.replace('-', '').slice(0, 12), 16) + 1);
    await keying('-1 hour', '0');
    await rows(test, 'update audit_keying set until = $1', until);
    await unkey(ownerId, 3);
    assert.equal(await verify(ownerId), null);
    await append(ownerId);
    assert.equal(await verify(ownerId), null);
    await appendByHand(ownerId, { id: backdated });
    assert.deepEqual(await verify(ownerId), { sequence: 5, reason: 'unkeyed' });
  });

  it('shows that the start of the MACs was moved, or removed', async () => {
    const ownerId = await trailOf(3);
    const altered = await trailOf(3);
    await unkey(altered, 3);
    await keying('-1 hour', '10 days');
    assert.equal(await verify(altered), null, 'a day is allowed');
    await keying('-10 days', '10 days');
    assert.deepEqual(await verify(altered), { sequence: 1, reason: 'unkeyed' }, 'but no more');
    await keying('1 hour', '1 day');
    assert.deepEqual(await verify(ownerId), { sequence: 1, reason: 'altered' }, 'it has a MAC from before the first');

    await rows(test, 'delete from audit_keying');
    assert.deepEqual(await verify(altered), { sequence: 1, reason: 'unkeyed' });
  });

  it('is whole after a rotation of APP_SECRET as long as the old secret is listed', async (t) => {
    const ownerId = await trailOf(2);
    const { databaseUrl } = test.service.config;
    const rotated = 'the next secret of the tests that is long enough';
    const both = await startTestService({ jobs: false, databaseUrl, env: { APP_SECRET: `${rotated},${SECRET}` } });
    t.after(() => both.close());
    await both.service.db.transaction((tx) =>
      both.service.audit.append(tx, { ...{ ownerId, action: 'user.updated', actor: { type: 'user', id: ownerId } } }),
    );
    assert.equal(await verify(ownerId, both), null);
    assert.deepEqual(await verify(ownerId), { sequence: 3, reason: 'altered' }, 'by a secret that it does not know');
  });
});
