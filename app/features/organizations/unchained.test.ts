import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rows } from '../../../test/conditions.ts';
import { createSignedInUser, startTestService } from '../../../test/service.ts';
import { createScene } from './testing/scene.ts';

it('a trail that was deleted as a whole is found while its user or organization exists, and others are not', async (t) => {
  const test = await startTestService();
  t.after(() => test.close());
  const [scene, bystander] = [await createScene(test), await createSignedInUser(test)];
  const unchained = async () => (await Array.fromAsync(test.service.audit.unchained())).flat().sort();
  assert.deepEqual(await unchained(), []);

  const gone = [scene.id, scene.owner.id];
  for (const table of ['audit_events', 'audit_chains'])
    await rows(test, `delete from ${table} where owner_id = any($1)`, gone);
  assert.deepEqual(await unchained(), gone.toSorted());

  // An emptied chain is none either.
  await rows(test, 'delete from audit_events where owner_id = $1', bystander.id);
  await rows(test, 'update audit_chains set sequence = 0 where owner_id = $1', bystander.id);
  assert.ok((await unchained()).includes(bystander.id));

  // Accounts and organizations that are being purged lose their trails as they should.
  await rows(test, 'update users set purge_at = now()');
  await rows(test, 'update organizations set purge_at = now()');
  assert.deepEqual(await unchained(), []);
});
