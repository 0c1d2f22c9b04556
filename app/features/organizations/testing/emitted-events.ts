/** For each event of organizations, a change that emits it. */
import { rows } from '../../../../test/conditions.ts';
import type { Change, Changes } from '../../../../test/emitted-events.ts';
import { createSignedInUser, startTestService } from '../../../../test/service.ts';
import { accept, createScene, DELETE, PATCH, type Scene } from './scene.ts';

export async function startChanges(): Promise<Changes> {
  const test = await startTestService({ schedules: false });

  /** @param find a query that finds a row once the change is stored. $1 is the organization, $2 `value` */
  function change(scene: Scene, make: () => Promise<unknown>, find: string, value: string): Change {
    return {
      organizationId: scene.id,
      make,
      isMade: async () => (await rows(test, find, scene.id, value)).length > 0,
    };
  }
  const member = 'select 1 from memberships where organization_id = $1 and user_id = $2';
  const gone = (find: string) => `select 1 where not exists (${find})`;

  async function joining(): Promise<Change> {
    const [scene, guest] = [await createScene(test), await createSignedInUser(test)];
    await scene.invite(guest.email, 'member');
    const { token } = await scene.invitation(guest.email);
    return change(scene, () => accept(test, guest, token), member, guest.id);
  }

  const prepare: Changes['prepare'] = {
    async 'organization.updated'() {
      const scene = await createScene(test);
      const make = () => scene.as(scene.owner, '', PATCH({ name: 'Renamed' }));
      return change(scene, make, 'select 1 from organizations where id = $1 and name = $2', 'Renamed');
    },
    'member.joined': joining,
    async 'member.left'() {
      const scene = await createScene(test);
      const { id } = await scene.add('member');
      return change(scene, () => scene.as(scene.owner, `/members/${id}`, DELETE), gone(member), id);
    },
    async 'member.role_changed'() {
      const scene = await createScene(test);
      const { id } = await scene.add('member');
      const make = () => scene.as(scene.owner, `/members/${id}`, PATCH({ role: 'admin' }));
      return change(scene, make, `${member} and role = 'admin'`, id);
    },
    async 'invitation.created'() {
      const scene = await createScene(test);
      const email = 'invited@example.com';
      const find = 'select 1 from invitations where organization_id = $1 and email = $2';
      return change(scene, () => scene.invite(email, 'member'), find, email);
    },
    'invitation.accepted': joining,
    async 'invitation.revoked'() {
      const scene = await createScene(test);
      const { body } = await scene.invite('revoked@example.com', 'member');
      const make = () => scene.as(scene.owner, `/invitations/${body.id}`, DELETE);
      return change(scene, make, gone('select 1 from invitations where organization_id = $1 and id = $2'), body.id);
    },
    async 'api_key.created'() {
      const scene = await createScene(test);
      const make = () => scene.as(scene.owner, '/api-keys', { body: { name: 'told', scopes: [] } });
      return change(scene, make, 'select 1 from api_keys where organization_id = $1 and name = $2', 'told');
    },
    async 'api_key.revoked'() {
      const scene = await createScene(test);
      const { id } = await scene.key([]);
      const revoked = 'select 1 from api_keys where organization_id = $1 and id = $2 and revoked_at is not null';
      return change(scene, () => scene.as(scene.owner, `/api-keys/${id}`, DELETE), revoked, id);
    },
  };
  return { test, prepare, close: () => test.close() };
}
