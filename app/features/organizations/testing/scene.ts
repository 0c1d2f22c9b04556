/** The scene of tests of organizations: people, an organization, members, keys; all made over HTTP. */
import assert from 'node:assert/strict';
import {
  type Answer,
  type Call,
  createSignedInUser,
  type Mail,
  type SignedInUser,
  type TestService,
} from '../../../../test/service.ts';
import type { Permission, Role } from '../roles.ts';

export interface Scene {
  readonly id: string;
  /** `/v1/organizations/<id>` */
  readonly path: string;
  readonly owner: SignedInUser;
  /** A call below the organization's path, by a person or with a key. */
  as(caller: SignedInUser | ApiKey, path: string, call?: Call): Promise<Answer>;
  /** Invites a person and accepts for them. A new person if absent. */
  add(role: Role, person?: SignedInUser): Promise<SignedInUser>;
  invite(email: string, role: Role, by?: SignedInUser | ApiKey): Promise<Answer>;
  /** The invitation that was emailed to an address. */
  invitation(email: string, nth?: number): Promise<Mail>;
  /** Has a member create a key; the owner if absent. */
  key(scopes: readonly Permission[], by?: SignedInUser, expiresAt?: Date): Promise<ApiKey>;
  /** Role by user. */
  roles(): Promise<Record<string, Role>>;
}

export interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

const INVITATION = /invites you/;

/** An organization with its owner: a new person if absent. */
export async function createScene(test: TestService, given?: SignedInUser): Promise<Scene> {
  const owner = given ?? (await createSignedInUser(test));
  const founded = await test.request('/v1/organizations', {
    token: owner.accessToken,
    body: { name: 'Analytical Engines' },
  });
  assert.equal(founded.status, 201, JSON.stringify(founded.body));
  return sceneOf(test, owner, founded.body.id);
}

/** The same with the organization that each person gets. */
export async function createPersonalScene(test: TestService): Promise<Scene> {
  const owner = await createSignedInUser(test);
  const { body } = await test.request('/v1/organizations', { token: owner.accessToken });
  return sceneOf(test, owner, body.data[0].id);
}

function sceneOf(test: TestService, owner: SignedInUser, id: string): Scene {
  const path = `/v1/organizations/${id}`;
  const tokenOf = (caller: SignedInUser | ApiKey) => ('secret' in caller ? caller.secret : caller.accessToken);

  const scene: Scene = {
    id,
    path,
    owner,
    as: (caller, below, call) => test.request(`${path}${below}`, { ...call, token: tokenOf(caller) }),
    async add(role, given) {
      const person = given ?? (await createSignedInUser(test));
      const earlier = test.mails.filter(({ to, subject }) => to === person.email && INVITATION.test(subject)).length;
      assert.equal((await scene.invite(person.email, role)).status, 201);
      const { token } = await scene.invitation(person.email, earlier + 1);
      assert.equal((await accept(test, person, token)).status, 200);
      return person;
    },
    invite: (email, role, by = owner) => scene.as(by, '/invitations', { body: { email, role } }),
    invitation: (email, nth) => test.mail(email, INVITATION, nth),
    async key(scopes, by = owner, expiresAt) {
      const body = { name: 'deploy', scopes, ...(expiresAt && { expiresAt: expiresAt.toISOString() }) };
      const created = await scene.as(by, '/api-keys', { body });
      assert.equal(created.status, 201, JSON.stringify(created.body));
      return { id: created.body.id, secret: created.body.secret };
    },
    async roles() {
      const { body } = await scene.as(owner, '/members?limit=100');
      return Object.fromEntries(
        body.data.map((member: { userId: string; role: Role }) => [member.userId, member.role]),
      );
    },
  };
  return scene;
}

export function accept(test: TestService, { accessToken }: SignedInUser, token: string): Promise<Answer> {
  return test.request('/v1/invitations/accept', { token: accessToken, body: { token } });
}

export const PATCH = (body: unknown): Call => ({ method: 'PATCH', body });
export const DELETE: Call = { method: 'DELETE' };
