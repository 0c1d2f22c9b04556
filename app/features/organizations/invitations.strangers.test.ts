/** An invitation is an email to anybody, with names that its sender chose: it must not carry what a stranger wants to say. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  assertProblem,
  createSignedInUser,
  PASSWORD,
  signIn,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { createScene, DELETE, PATCH, type Scene } from './testing/scene.ts';

describe('an invitation to a stranger', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  async function invite(scene: Scene, count: number, by = scene.owner): Promise<void> {
    for (let sent = 0; sent < count; sent++) {
      const { status, body } = await scene.invite(`s${sent}.${scene.id}@example.com`, 'member', by);
      assert.equal(status, 201, `number ${sent + 1}`);
      // Seats are limited too; a revoked invitation takes none.
      assert.equal((await scene.as(by, `/invitations/${body.id}`, DELETE)).status, 204);
    }
  }

  it('repeats no URL, no markup and no address out of the names of who invites', async () => {
    const spammer = await createSignedInUser(test, { name: 'Card Services <https://shop.example>' });
    const scene = await createScene(test, spammer);
    await scene.as(spammer, '', PATCH({ name: 'URGENT: verify at https://shop.example/pay' }));
    assert.equal((await scene.invite('victim@example.com', 'member')).status, 201);
    const mail = await test.mail('victim@example.com', /invites you/);
    assert.equal(mail.subject, `${spammer.email} invites you to an organization`);
    for (const text of [mail.subject, mail.text, mail.html]) assert.doesNotMatch(text, /shop|URGENT|Card Services/);
  });

  it('names an organization that is called like a domain, without making it a link', async () => {
    const scene = await createScene(test, await createSignedInUser(test, { name: 'Ada Lovelace' }));
    await scene.as(scene.owner, '', PATCH({ name: 'Engines.example' }));
    await scene.invite('friend@example.com', 'member');
    const mail = await test.mail('friend@example.com', /invites you/);
    assert.equal(mail.subject, 'Ada Lovelace invites you to Engines example');
    assert.doesNotMatch(mail.text, /Engines\.example/);
  });

  it('is written in the language of the account, if there is one, and the answer does not tell', async () => {
    const [scene, grace] = [await createScene(test), await createSignedInUser(test)];
    const german = { method: 'PATCH', token: grace.accessToken, body: { locale: 'de' } };
    assert.equal((await test.request('/v1/users/me', german)).status, 200);
    // Never confirmed: the language of whoever has typed a stranger's address.
    await test.request('/v1/users', { body: { email: 'typed@example.com', password: PASSWORD, locale: 'de' } });
    const answers = [];
    for (const [email, subject] of [
      [grace.email, /lädt Sie zu Analytical Engines ein/],
      ['typed@example.com', /invites you/],
      ['nobody@example.com', /invites you/],
    ] as const) {
      answers.push(await scene.invite(email, 'member'));
      await test.mail(email, subject);
    }
    const [known, ...unknown] = answers.map(({ status, headers, body: { id: _, email: __, ...body } }) => {
      const { createdAt, expiresAt, ...rest } = body;
      assert.ok(createdAt < expiresAt);
      return { status, names: [...headers.keys()], rest };
    });
    for (const each of unknown) assert.deepEqual(each, known);
  });

  it('is sent fifty times a day at most by a person or an organization in their first week', async () => {
    const scene = await createScene(test);
    const colleague = await scene.add('admin');
    await invite(scene, 49);
    const refused = await scene.invite('one.too.many@example.com', 'member');
    assertProblem(refused, 429, 'rate_limited');
    assert.ok(Number(refused.headers.get('retry-after')) > 3_600, 'for the rest of the day');
    assertProblem(await scene.invite('by.another@example.com', 'member', colleague), 429, 'rate_limited');
    const another = await createScene(test, scene.owner);
    assertProblem(await another.invite('elsewhere@example.com', 'member'), 429, 'rate_limited');
  });

  it('is sent more often once both are older than a week', async () => {
    const scene = await createScene(test);
    test.clock.advance(7 * DAY_MS);
    const owner = await signIn(test, scene.owner.email);
    await invite(scene, 51, owner);
    const young = await createScene(test, owner);
    assert.equal((await young.invite('first@example.com', 'member')).status, 201, 'counted from here on');
  });
});
