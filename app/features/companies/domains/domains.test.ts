import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { atOnce, queuedMails, tally, value } from '../../../../test/conditions.ts';
import { dropCrossOwnerKeys } from '../../../../test/cross-owner-keys.ts';
import { assertProblem, ENVIRONMENT, signIn, type TestService } from '../../../../test/service.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../platform/clock.ts';
import { createScene, DELETE, type Scene } from '../../organizations/testing/scene.ts';
import { claim, startWithZone, verified, type Zone } from '../testing/zone.ts';

const POST = { method: 'POST' };

describe('domains', () => {
  let test: TestService;
  let zone: Zone;
  before(async () => {
    ({ test, zone } = await startWithZone({ schedules: false }));
  });
  after(async () => {
    await test.close();
    await zone.close();
  });

  let names = 0;
  const newDomain = () => `engines-${++names}.example`;
  const governs = ({ id }: Scene, address: string) =>
    test.service.companies.domains.governs(test.service.db, id, address);
  const actionsOf = async ({ id }: Scene) =>
    (
      (await value(
        test,
        `select coalesce(array_agg(action order by sequence), '{}') from audit_events where owner_id = '${id}' and action like 'domain.%'`,
      )) as string[]
    ).map((action) => action.replace('domain.', ''));

  /** A person who signed in a moment ago, for after the clock was moved. */
  async function renew(scene: Scene): Promise<void> {
    Object.assign(scene.owner, await signIn(test, scene.owner.email));
  }

  it('are claimed, proven by a record, listed and removed, with emails to the owners and in the trail', async () => {
    const scene = await createScene(test);
    const { as, owner } = scene;
    const domain = newDomain();
    const claimed = await as(owner, '/domains', { body: { domain: domain.toUpperCase() } });
    assert.equal(claimed.status, 201);
    assert.deepEqual([claimed.body.domain, claimed.body.verifiedAt], [domain, null]);
    assert.equal(claimed.body.record.name, `_plinth-challenge.${domain}`);
    assert.equal(await governs(scene, `ada@${domain}`), false, 'a claim alone has no effect');
    const path = `/domains/${claimed.body.id}`;
    assertProblem(await as(owner, `${path}/verify`, POST), 409, 'domain_not_proven');

    zone.records.set(claimed.body.record.name, ['v=spf1 -all', claimed.body.record.value]);
    const proven = await as(owner, `${path}/verify`, POST);
    assert.equal(proven.status, 200, JSON.stringify(proven.body));
    assert.equal(proven.body.verifiedAt, test.clock.now().toISOString());
    assert.equal((await as(owner, `${path}/verify`, POST)).status, 200, 'repeating it changes nothing');
    assert.deepEqual((await as(owner, '/domains')).body.data, [(await as(owner, path)).body]);
    assert.equal(await governs(scene, `ada@${domain}`), true);
    assert.equal(await governs(scene, `ada@sub.${domain}`), false, 'a subdomain is another domain');
    assert.equal(await queuedMails(test, owner.email, 'domain-verified'), 1);

    assert.equal((await as(owner, path, DELETE)).status, 204);
    assert.equal(await governs(scene, `ada@${domain}`), false);
    assertProblem(await as(owner, path), 404, 'not_found');
    assert.equal(await queuedMails(test, owner.email, 'domain-lost'), 1);
    assert.deepEqual(await actionsOf(scene), ['claimed', 'verified', 'removed']);
  });

  it('cannot be claimed where they are nobody’s, or twice by one organization', async () => {
    const scene = await createScene(test);
    const ask = (domain: string) => scene.as(scene.owner, '/domains', { body: { domain } });
    for (const domain of ['gmail.com', 'co.uk', 'github.io', '192.0.2.1', 'not a domain'])
      assertProblem(await ask(domain), 422, 'invalid_domain');
    const domain = newDomain();
    assert.equal((await ask(domain)).status, 201);
    assertProblem(await ask(`${domain}.`), 409, 'domain_claimed');
  });

  it('are verified for one of many organizations that prove the same one at the same time', async () => {
    const domain = newDomain();
    const scenes = [await createScene(test), await createScene(test), await createScene(test)];
    const claims: string[] = [];
    for (const scene of scenes) {
      const { record, id } = (await scene.as(scene.owner, '/domains', { body: { domain } })).body;
      zone.records.set(record.name, [...((zone.records.get(record.name) as string[]) ?? []), record.value]);
      claims.push(id);
    }
    const answers = await atOnce(12, (nth) => {
      const scene = scenes[nth % 3]!;
      return scene.as(scene.owner, `/domains/${claims[nth % 3]}/verify`, POST);
    });
    assert.deepEqual(tally(answers), { 200: 4, 409: 8 });
    const taken = answers.find(({ status }) => status === 409)!;
    assertProblem(taken, 409, 'domain_taken');
    assert.equal(await value(test, `select count(*)::int from verified_domains where domain = '${domain}'`), 1);
  });

  it('are not proven by the record of another claim, nor while nameservers give no answer', async () => {
    const [scene, other] = [await createScene(test), await createScene(test)];
    const domain = newDomain();
    await claim(zone, other, domain);
    const { id, record } = (await scene.as(scene.owner, '/domains', { body: { domain } })).body;
    const verify = () => scene.as(scene.owner, `/domains/${id}/verify`, POST);
    assertProblem(await verify(), 409, 'domain_not_proven');
    zone.records.set(record.name, 'servfail');
    assertProblem(await verify(), 409, 'domain_lookup_failed');
    zone.records.set(record.name, 'silence');
    const since = performance.now();
    assertProblem(await verify(), 409, 'domain_lookup_failed');
    assert.ok(performance.now() - since < 6_000, 'it is given up after five seconds');
  });

  it('are changed by owners alone, who have proven lately who they are', async () => {
    const scene = await createScene(test);
    const admin = await scene.add('admin');
    const { id } = await claim(zone, scene, newDomain());
    assert.equal((await scene.as(admin, '/domains')).status, 200);
    assertProblem(await scene.as(admin, `/domains/${id}/verify`, POST), 403, 'forbidden');
    test.clock.advance(10 * MINUTE_MS + 1);
    const { body } = await test.request('/v1/sessions/refresh', { body: { refreshToken: scene.owner.refreshToken } });
    const old = { ...scene.owner, accessToken: body.accessToken };
    for (const [path, call] of [
      ['/domains', { body: { domain: newDomain() } }],
      [`/domains/${id}/verify`, POST],
      [`/domains/${id}`, DELETE],
    ] as const)
      assertProblem(await scene.as(old, path, call), 403, 'recent_sign_in_required');
    await renew(scene);
    assert.equal((await scene.as(scene.owner, `/domains/${id}/verify`, POST)).status, 200);
  });

  it('are lost when their record is gone for five days, after an email, and not while nameservers fail', async () => {
    const scene = await createScene(test);
    const domain = newDomain();
    const { id, record } = await verified(zone, scene, domain);
    const recheck = () => test.service.companies.handlers[0]!.handle({} as never, {} as never);
    const later = async (ms: number) => {
      test.clock.advance(ms);
      await recheck();
    };
    const shown = () => test.service.companies.domains.get(scene.id, id);

    zone.records.delete(record.name);
    await later(HOUR_MS);
    assert.equal((await shown()).missingSince, null, 'each is looked up once a day');
    await later(DAY_MS);
    assert.deepEqual((await shown()).missingSince, test.clock.now());
    assert.equal(await queuedMails(test, scene.owner.email, 'domain-record-missing'), 1);

    zone.records.set(record.name, [record.value]);
    await later(DAY_MS);
    assert.equal((await shown()).missingSince, null, 'it came back');

    zone.records.set(record.name, 'servfail');
    await later(10 * DAY_MS);
    await later(10 * DAY_MS);
    assert.equal((await shown()).missingSince, null);
    assert.equal(await governs(scene, `ada@${domain}`), true, 'nobody said that it is gone');

    zone.records.delete(record.name);
    await later(DAY_MS);
    await later(4 * DAY_MS);
    assert.equal(await governs(scene, `ada@${domain}`), true);
    await later(DAY_MS);
    assert.equal(await governs(scene, `ada@${domain}`), false);
    assert.equal(await queuedMails(test, scene.owner.email, 'domain-record-missing'), 2);
    assert.equal(await queuedMails(test, scene.owner.email, 'domain-lost'), 1);
    const told = ['claimed', 'verified', 'record_missing', 'record_missing', 'verification_lost'];
    assert.deepEqual(await actionsOf(scene), told);

    const next = await createScene(test);
    assert.ok((await verified(zone, next, domain)).verifiedAt, 'another organization can have it now');
  });

  it('are released by an operator, for another owner', async () => {
    const scene = await createScene(test);
    const domain = newDomain();
    await verified(zone, scene, domain);
    const env = { ...ENVIRONMENT, ...zone.env, PATH: process.env.PATH, DATABASE_URL: test.service.config.databaseUrl };
    const release = () =>
      promisify(execFile)(process.execPath, ['app/cli.ts', 'organizations', 'release-domain', domain], { env });
    assert.match((await release()).stdout, new RegExp(scene.id));
    assert.equal(await governs(scene, `ada@${domain}`), false);
    assert.deepEqual((await actionsOf(scene)).at(-1), 'released');
    assert.equal(await queuedMails(test, scene.owner.email, 'domain-lost'), 1);
    await assert.rejects(release(), /is verified for no organization/);
  });

  it('of a deleted organization govern nothing', async () => {
    const scene = await createScene(test);
    const domain = newDomain();
    await verified(zone, scene, domain);
    assert.equal((await scene.as(scene.owner, '', DELETE)).status, 204);
    assert.equal(await test.service.companies.domains.organizationOf(test.service.db, `ada@${domain}`), undefined);
  });

  it('are free again once a claim or its organization is gone, on a sharded PostgreSQL too, where no key cascades', async () => {
    const [removed, purged, next] = [await createScene(test), await createScene(test), await createScene(test)];
    const [first, second] = [newDomain(), newDomain()];
    await verified(zone, removed, first);
    await verified(zone, purged, second);
    const dangling = await dropCrossOwnerKeys(test);
    const { data } = (await removed.as(removed.owner, '/domains')).body;
    assert.equal((await removed.as(removed.owner, `/domains/${data[0].id}`, DELETE)).status, 204);
    assert.equal((await purged.as(purged.owner, '', DELETE)).status, 204);
    test.clock.advance(14 * DAY_MS);
    await test.service.organizations.handlers[0]!.handle({}, {} as never);
    assert.deepEqual(await dangling(), {});
    await renew(next);
    for (const domain of [first, second]) await verified(zone, next, domain);
  });
});
