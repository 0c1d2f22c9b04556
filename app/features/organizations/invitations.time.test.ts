import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { value } from '../../../test/conditions.ts';
import {
  assertProblem,
  createSignedInUser,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { accept, createScene, DELETE } from './testing/scene.ts';

/** Each moves time, so each has a service of its own. */
describe('an invitation', { concurrency: true }, () => {
  let services: TestService[] = [];
  const start = async () => {
    const test = await startTestService();
    services.push(test);
    return test;
  };
  before(() => {
    services = [];
  });
  after(() => Promise.all(services.map((service) => service.close())));

  it('works until seven days are over, and can be sent again from then on', async () => {
    const test = await start();
    const [scene, early, late] = await Promise.all([
      createScene(test),
      createSignedInUser(test),
      createSignedInUser(test),
    ]);
    for (const { email } of [early, late]) await scene.invite(email, 'member');
    test.clock.advance(7 * DAY_MS - 1_000);
    const accepted = await accept(test, await signIn(test, early.email), (await scene.invitation(early.email)).token);
    assert.equal(accepted.status, 200);
    test.clock.advance(1_000);
    const grace = await signIn(test, late.email);
    assertProblem(await accept(test, grace, (await scene.invitation(late.email)).token), 400, 'token_expired');
    const owner = await signIn(test, scene.owner.email);
    const listed = await scene.as(owner, '/invitations');
    assert.equal(listed.body.data.length, 1, 'the expired one is still listed');
    assert.equal((await scene.invite(late.email, 'admin', owner)).status, 201);
    const [again] = (await scene.as(owner, '/invitations')).body.data;
    assert.deepEqual([again.role, again.email], ['admin', late.email]);
    assertProblem(await accept(test, grace, (await scene.invitation(late.email)).token), 400, 'invalid_token');
    assert.equal((await accept(test, grace, (await scene.invitation(late.email, 2)).token)).body.role, 'admin');
  });

  it('is void while its organization is deleted, works again when that is undone, and is gone with the purge', async () => {
    const test = await start();
    const [scene, first, second] = await Promise.all([
      createScene(test),
      createSignedInUser(test),
      createSignedInUser(test),
    ]);
    for (const { email } of [first, second]) await scene.invite(email, 'member');
    const [{ token }, { token: other }] = [await scene.invitation(first.email), await scene.invitation(second.email)];
    await scene.as(scene.owner, '', DELETE);
    assertProblem(await accept(test, first, token), 400, 'invalid_token');
    assert.equal((await scene.as(scene.owner, '/restore', { method: 'POST' })).status, 200);
    assert.equal((await accept(test, first, token)).status, 200);

    await scene.as(scene.owner, '', DELETE);
    test.clock.advance(14 * DAY_MS);
    await test.service.organizations.handlers[0]!.handle({}, {} as never);
    assert.equal(await value(test, 'select count(*)::int from organizations where id = $1', scene.id), 0);
    assertProblem(await accept(test, await signIn(test, second.email), other), 400, 'invalid_token');
  });
});
