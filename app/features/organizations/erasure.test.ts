/** Looks for a purged person in every table, including rows that organizations and strangers stored about them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { auditTrail, jobsDone, rows, value } from '../../../test/conditions.ts';
import { createSignedInUser, PASSWORD, signIn, startTestService, type TestService } from '../../../test/service.ts';
import { DAY_MS } from '../../platform/clock.ts';
import { createScene, DELETE, type Scene } from './testing/scene.ts';

describe('the address of a person', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ schedules: false });
  });
  after(() => test.close());

  const run = async (feature: 'accounts' | 'organizations', queue: string) => {
    const handler = test.service[feature].handlers.find((each) => each.queue.name === queue)!;
    await handler.handle({}, {} as never);
  };
  async function purge(person: { accessToken: string }): Promise<void> {
    const call = { method: 'DELETE', token: person.accessToken, body: { password: PASSWORD } };
    assert.equal((await test.request('/v1/users/me', call)).status, 204);
    await jobsDone(test, 'email.deliver');
    test.clock.advance(14 * DAY_MS);
    await run('accounts', 'accounts.purge');
  }

  /** `table.column` of every text and JSON column, also in arrays, that contains `needle`. */
  async function columnsWith(needle: string): Promise<string[]> {
    const columns = await rows(
      test,
      `select format('%I.%I', table_schema, table_name) as name, quote_ident(column_name) as col
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
         and table_name <> 'changes' and data_type in ('text', 'character varying', 'json', 'jsonb', 'ARRAY')`,
    );
    assert.ok(columns.length > 50);
    const found = [];
    for (const { name, col } of columns) {
      const text = `select count(*)::int from ${name} where ${col}::text ilike '%' || $1 || '%'`;
      if ((await value(test, text, needle)) > 0) found.push(`${name}.${col}`);
    }
    return found;
  }

  /** A person with two addresses, whom organizations have invited at both, and who was a member. */
  async function createTraces(): Promise<{ person: { accessToken: string }; addresses: string[]; scene: Scene }> {
    const [scene, other, third] = [await createScene(test), await createScene(test), await createScene(test)];
    const first = `first.${scene.id}@example.com`;
    const second = `second.${scene.id}@example.com`;
    // Before there was an account.
    assert.equal((await scene.invite(first, 'member')).status, 201);
    const person = await createSignedInUser(test, { email: first });
    await scene.as(
      scene.owner,
      `/invitations/${(await scene.as(scene.owner, '/invitations')).body.data[0].id}`,
      DELETE,
    );
    await scene.add('admin', person);
    await scene.key(['members:read'], person);
    assert.equal((await other.invite(first, 'member')).status, 201);
    await test.request('/v1/password-resets', { body: { email: first } });
    await test.request('/v1/sessions', { body: { email: first, password: 'wrong' } });
    const change = { token: person.accessToken, body: { email: second, password: PASSWORD } };
    assert.equal((await test.request('/v1/users/me/email-changes', change)).status, 202);
    const { token } = await test.mail(second, /confirm/i);
    assert.equal((await test.request('/v1/email-verifications/confirm', { body: { token } })).status, 204);
    assert.equal((await third.invite(second, 'admin')).status, 201);
    return { person: await signIn(test, second), addresses: [first, second], scene };
  }

  it('is in no text or JSON column of the database after the purge', async () => {
    const { person, addresses, scene } = await createTraces();
    for (const address of addresses) assert.ok((await columnsWith(address)).includes('public.audit_addresses.address'));
    await purge(person);
    for (const address of addresses) assert.deepEqual(await columnsWith(address), [], address);
    assert.equal(await test.service.audit.verify(scene.id), null, 'and the trail of the organization is whole');
  });

  it('is what the trail of an organization shows until then, and nothing afterwards', async () => {
    const { person, addresses, scene } = await createTraces();
    const owner = () => signIn(test, scene.owner.email);
    const shown = async () => {
      const { body } = await scene.as(await owner(), '/audit-events?action=invitation.created');
      return body.data.map(({ details }: { details: { email: string | null } }) => details.email);
    };
    assert.deepEqual(await shown(), [addresses[0], addresses[0]]);
    assert.ok((await auditTrail(test, scene.id)).every(({ details }) => !JSON.stringify(details).includes('@')));
    await purge(person);
    assert.deepEqual(await shown(), [null, null]);
  });

  it('stays where somebody else has confirmed it since', async () => {
    const { person, addresses, scene } = await createTraces();
    const heir = { email: addresses[0]! };
    await test.request('/v1/users', { body: { ...heir, password: PASSWORD } });
    const { token } = await test.mail(heir.email, /confirm/i, 2);
    assert.equal((await test.request('/v1/email-verifications/confirm', { body: { token } })).status, 204);
    assert.equal((await scene.invite(heir.email, 'member')).status, 201);
    await purge(person);
    assert.deepEqual(
      (await scene.as(await signIn(test, scene.owner.email), '/invitations')).body.data.map(
        ({ email }: { email: string }) => email,
      ),
      [heir.email],
    );
  });

  it('goes with an invitation that expired 30 days ago', async () => {
    const scene = await createScene(test);
    const address = `late.${scene.id}@example.com`;
    await scene.invite(address, 'member');
    const left = () => value(test, 'select count(*)::int from invitations where email = $1', address);
    test.clock.advance(37 * DAY_MS - 1);
    await run('organizations', 'organizations.purge');
    assert.equal(await left(), 1);
    test.clock.advance(2);
    await run('organizations', 'organizations.purge');
    assert.equal(await left(), 0);
  });

  it('is exported with what organizations and strangers have stored of it', async () => {
    const { person } = await createTraces();
    const { body } = await test.request('/v1/users/me/export', { token: person.accessToken });
    const counts = Object.fromEntries(
      ['invitations', 'sentInvitations', 'apiKeys'].map((name) => [name, body[name].length]),
    );
    assert.deepEqual(counts, { invitations: 1, sentInvitations: 0, apiKeys: 1 });
    assert.ok(body.emails.messages.some(({ template }: { template: string }) => template === 'invitation'));
    const actions = body.organizationAuditEvents.map(({ action }: { action: string }) => action);
    assert.ok(actions.includes('api_key.created') && actions.includes('member.joined'), actions.join());
    assert.doesNotMatch(JSON.stringify(body.apiKeys), /hash/i);
  });
});
