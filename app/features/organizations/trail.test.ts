/** The trail of an organization: an event for everything that changes it, and nothing that could be altered unseen. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { auditTrail, rows } from '../../../test/conditions.ts';
import {
  type Answer,
  createSignedInUser,
  ENVIRONMENT,
  PASSWORD,
  type SignedInUser,
  startTestService,
  type TestService,
} from '../../../test/service.ts';
import { accept, createScene, DELETE, PATCH, type Scene } from './testing/scene.ts';

/** Tags of this feature in the OpenAPI document. */
/** Tags of later features. */
const LATER = ['Webhook endpoints', 'SCIM', 'Domains', 'Policies', 'Company sign-in'];
const TAGS = ['Organizations', 'Members', 'Invitations', 'API keys', 'Audit'];

describe('the trail of an organization', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService();
  });
  after(() => test.close());

  const trailOf = ({ id }: Scene) => auditTrail(test, id);

  interface Step {
    scene: Scene;
    other: SignedInUser;
  }
  /** For every operation that changes something: how to call it, and the action that must be last in the trail then. */
  const operations: Record<string, { action: string; run(step: Step): Promise<Answer> }> = {
    createOrganization: {
      action: 'organization.created',
      async run(step) {
        const token = step.scene.owner.accessToken;
        step.scene = await createScene(test, step.scene.owner);
        return test.request(step.scene.path, { token });
      },
    },
    updateOrganization: {
      action: 'organization.updated',
      run: ({ scene }) => scene.as(scene.owner, '', PATCH({ name: 'Difference Engines' })),
    },
    deleteOrganization: {
      action: 'organization.deletion_requested',
      run: ({ scene }) => scene.as(scene.owner, '', DELETE),
    },
    restoreOrganization: {
      action: 'organization.restored',
      async run({ scene }) {
        await scene.as(scene.owner, '', DELETE);
        return scene.as(scene.owner, '/restore', { method: 'POST' });
      },
    },
    updateMember: {
      action: 'member.role_changed',
      run: ({ scene, other }) => scene.as(scene.owner, `/members/${other.id}`, PATCH({ role: 'admin' })),
    },
    deleteMember: {
      action: 'member.removed',
      run: ({ scene, other }) => scene.as(scene.owner, `/members/${other.id}`, DELETE),
    },
    'deleteMember, oneself': {
      action: 'member.left',
      run: ({ scene, other }) => scene.as(other, `/members/${other.id}`, DELETE),
    },
    createOwnershipTransfer: {
      action: 'member.role_changed',
      run: ({ scene, other }) => scene.as(scene.owner, '/ownership-transfers', { body: { userId: other.id } }),
    },
    createInvitation: { action: 'invitation.created', run: ({ scene }) => scene.invite('trail@example.com', 'member') },
    deleteInvitation: {
      action: 'invitation.revoked',
      async run({ scene }) {
        const { body } = await scene.invite('revoked@example.com', 'member');
        return scene.as(scene.owner, `/invitations/${body.id}`, DELETE);
      },
    },
    resendInvitation: {
      action: 'invitation.resent',
      async run({ scene }) {
        const { body } = await scene.invite('again@example.com', 'member');
        return scene.as(scene.owner, `/invitations/${body.id}/resend`, { method: 'POST' });
      },
    },
    acceptMyInvitation: {
      action: 'member.joined',
      async run({ scene }) {
        const { accessToken: token, email } = await createSignedInUser(test);
        const { body } = await scene.invite(email, 'member');
        return test.request(`/v1/users/me/invitations/${body.id}/accept`, { method: 'POST', token });
      },
    },
    declineInvitation: {
      action: 'invitation.declined',
      async run({ scene }) {
        const { accessToken: token, email } = await createSignedInUser(test);
        const { body } = await scene.invite(email, 'member');
        return test.request(`/v1/users/me/invitations/${body.id}`, { ...DELETE, token });
      },
    },
    registerByInvitation: {
      action: 'member.joined',
      async run({ scene }) {
        await scene.invite('registers@example.com', 'member');
        const { token } = await scene.invitation('registers@example.com');
        return test.request('/v1/invitations/register', { body: { token, password: PASSWORD } });
      },
    },
    acceptInvitation: {
      action: 'member.joined',
      async run({ scene }) {
        const guest = await createSignedInUser(test);
        await scene.invite(guest.email, 'member');
        return accept(test, guest, (await scene.invitation(guest.email)).token);
      },
    },
    createApiKey: {
      action: 'api_key.created',
      run: ({ scene }) => scene.as(scene.owner, '/api-keys', { body: { name: 'key', scopes: [] } }),
    },
    updateApiKey: {
      action: 'api_key.updated',
      run: async ({ scene }) =>
        scene.as(scene.owner, `/api-keys/${(await scene.key([])).id}`, PATCH({ name: 'other' })),
    },
    rotateApiKey: {
      action: 'api_key.rotated',
      run: async ({ scene }) => scene.as(scene.owner, `/api-keys/${(await scene.key([])).id}/rotate`, { body: {} }),
    },
    takeOverApiKey: {
      action: 'api_key.taken_over',
      async run({ scene }) {
        const { id } = await scene.key([], await scene.add('admin'));
        return scene.as(scene.owner, `/api-keys/${id}/take-over`, { method: 'POST' });
      },
    },
    deleteApiKey: {
      action: 'api_key.revoked',
      run: async ({ scene }) => scene.as(scene.owner, `/api-keys/${(await scene.key([])).id}`, DELETE),
    },
  };

  it('has an event for every operation that changes something, as the OpenAPI document lists them', async () => {
    const { paths } = (await test.request('/openapi.json')).body as {
      paths: Record<string, Record<string, { operationId: string; tags?: string[] }>>;
    };
    const changing = Object.entries(paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
      )
      .filter(({ method }) => method !== 'get' && method !== 'head')
      // Billing's is written from what Stripe says, and has tests of its own.
      .filter(({ tags }) => tags?.[0] !== 'Billing')
      // Those of later features have tests beside them.
      .filter(({ tags }) => !LATER.includes(tags?.[0] ?? ''))
      .filter(({ operationId }) => operationId !== 'lookUpInvitation')
      .filter(
        ({ path, tags }) => path.startsWith('/v1/organizations/{organizationId}') || TAGS.includes(tags?.[0] ?? ''),
      );
    assert.ok(changing.length >= 14);
    const missing = changing.map(({ operationId }) => operationId).filter((operation) => !(operation in operations));
    assert.deepEqual(missing, []);
  });

  for (const [operation, { action, run }] of Object.entries(operations)) {
    it(`ends with ${action} after ${operation}, says who did it, and is whole`, async () => {
      const scene = await createScene(test);
      const step = { scene, other: await scene.add('member') };
      const answer = await run(step);
      assert.ok(answer.status < 300, JSON.stringify(answer.body));
      const trail = await trailOf(step.scene);
      const last = trail.at(-1)!;
      assert.equal(last.action, action, trail.map((event) => event.action).join());
      assert.equal(last.actorType, 'user');
      assert.ok(last.actorId && last.requestId && last.ipAddress);
      assert.equal(await test.service.audit.verify(step.scene.id), null);
    });
  }

  it('names a key as the actor, and who it belongs to by the event that created it', async () => {
    const scene = await createScene(test);
    const key = await scene.key(['members:invite', 'organization:read', 'members:read']);
    await scene.invite('by-key@example.com', 'member', key);
    const last = (await trailOf(scene)).at(-1)!;
    assert.deepEqual([last.action, last.actorType, last.actorId], ['invitation.created', 'api_key', key.id]);
  });

  it('has no event for what was refused, or changed nothing', async () => {
    const scene = await createScene(test);
    const [member, { name, slug }] = [await scene.add('member'), (await scene.as(scene.owner, '')).body];
    const before = (await trailOf(scene)).length;
    await scene.as(scene.owner, '', PATCH({ name, slug }));
    await scene.as(scene.owner, `/members/${member.id}`, PATCH({ role: 'member' }));
    await scene.as(member, '', PATCH({ name: 'Mine' }));
    await scene.as(scene.owner, `/members/${scene.owner.id}`, DELETE);
    await scene.invite(member.email, 'admin');
    assert.equal((await trailOf(scene)).length, before);
  });

  it('is checked by `doctor audit`, which names the one event of one organization that was altered', async () => {
    const [scene, untouched] = [await createScene(test), await createScene(test)];
    await scene.add('member');
    const doctor = async () => {
      const env = { ...ENVIRONMENT, PATH: process.env.PATH, DATABASE_URL: test.service.config.databaseUrl };
      const command = ['app/cli.ts', 'doctor', 'audit', '--json'];
      const { stdout, code = 0 } = await promisify(execFile)(process.execPath, command, { env }).catch(
        (error) => error,
      );
      return { code, ...JSON.parse(stdout) };
    };
    const whole = await doctor();
    assert.deepEqual([whole.code, whole.broken], [0, []]);
    assert.ok(whole.chains >= 4, 'the trails of people, too');
    const tamper = `update audit_events set actor_id = $2 where owner_id = $1 and sequence = 2`;
    await rows(test, tamper, scene.id, untouched.owner.id);
    const broken = await doctor();
    assert.deepEqual([broken.code, broken.broken], [1, [{ ownerId: scene.id, sequence: 2, reason: 'altered' }]]);
  });
});
