/** Everything that can happen to the right of a stopped request: each event is a real operation of somebody else, or of the operator. */
import assert from 'node:assert/strict';
import { type Answer, type Call, PASSWORD, type TestService } from '../../../../../test/service.ts';
import { type Role, roles } from '../../../organizations/roles.ts';
import { DELETE, PATCH } from '../../../organizations/testing/scene.ts';
import { type Act, type Deed, NEW_PASSWORD } from './deeds.ts';

export interface Event {
  readonly name: string;
  /** True if the event takes the right to a deed. */
  ends(deed: Deed): boolean;
  /** @param send sends a request @param operate runs a command of the operator */
  happen(
    act: Act,
    send: Send,
    operate: (command: (test: TestService) => Promise<unknown>) => Promise<unknown>,
  ): Promise<unknown>;
  /** True if tokens and keys that were handed out before are void afterwards. */
  readonly voids: { readonly tokens: boolean; readonly keys: boolean };
}

type Send = (path: string, call: Call) => Promise<Answer>;

const LOWERED: Role = 'member';

const byPerson = ({ proof, operationId }: Deed) => proof === 'session' || operationId === 'refreshSession';
const bySecret = (deed: Deed) => byPerson(deed) || deed.proof === 'body';
const inOrganization = ({ inOrganization: inside }: Deed) => inside;
const byKey = ({ proof }: Deed) => proof === 'key';
const isOf = (operationId: string) => (deed: Deed) => deed.operationId === operationId;
const any =
  (...conditions: ((deed: Deed) => boolean)[]) =>
  (deed: Deed) =>
    conditions.some((condition) => condition(deed));
const lacksPermission = ({ permission }: Deed) =>
  permission !== undefined && !(roles[LOWERED] as Set<string>).has(permission);

async function done(answer: Promise<Answer>): Promise<void> {
  const { status, body } = await answer;
  assert.ok(status < 300, `the event was refused: ${status} ${JSON.stringify(body)}`);
}

const suspend = (id: string) => async (test: TestService) => {
  const { administration } = test.service.accounts;
  assert.ok(await administration.suspend((await administration.find(id))!));
};

export const events: readonly Event[] = [
  {
    name: 'session ended',
    ends: byPerson,
    happen: ({ elsewhere }, send) => done(send('/v1/sessions', { ...DELETE, token: elsewhere.accessToken })),
    voids: { tokens: true, keys: false },
  },
  {
    name: 'password changed',
    ends: bySecret,
    happen: ({ elsewhere }, send) =>
      done(
        send('/v1/users/me/password', {
          method: 'PUT',
          token: elsewhere.accessToken,
          body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
        }),
      ),
    voids: { tokens: true, keys: false },
  },
  {
    name: 'password reset',
    ends: bySecret,
    happen: ({ resetToken }, send) =>
      done(send('/v1/password-resets/confirm', { body: { token: resetToken, password: NEW_PASSWORD } })),
    voids: { tokens: true, keys: false },
  },
  {
    name: 'user suspended',
    ends: any(bySecret, byKey),
    happen: ({ actor }, _send, operate) => operate(suspend(actor.id)),
    voids: { tokens: true, keys: true },
  },
  {
    name: 'account deleted',
    ends: any(bySecret, byKey),
    happen: ({ elsewhere }, send) =>
      done(send('/v1/users/me', { ...DELETE, token: elsewhere.accessToken, body: { password: PASSWORD } })),
    voids: { tokens: true, keys: true },
  },
  {
    name: 'key revoked',
    ends: byKey,
    happen: ({ scene, key }, send) =>
      done(send(`${scene.path}/api-keys/${key.id}`, { ...DELETE, token: scene.owner.accessToken })),
    voids: { tokens: false, keys: false },
  },
  {
    name: 'key rotated',
    ends: byKey,
    happen: ({ scene, elsewhere, key }, send) =>
      done(send(`${scene.path}/api-keys/${key.id}/rotate`, { token: elsewhere.accessToken, body: {} })),
    voids: { tokens: false, keys: false },
  },
  {
    name: 'scopes of the key reduced',
    ends: (deed) => byKey(deed) && lacksPermission(deed),
    happen: ({ scene, elsewhere, key }, send) =>
      done(
        send(`${scene.path}/api-keys/${key.id}`, {
          ...PATCH({ scopes: ['organization:read'] }),
          token: elsewhere.accessToken,
        }),
      ),
    voids: { tokens: false, keys: false },
  },
  {
    name: 'member removed',
    ends: inOrganization,
    happen: ({ scene, actor }, send) =>
      done(send(`${scene.path}/members/${actor.id}`, { ...DELETE, token: scene.owner.accessToken })),
    voids: { tokens: false, keys: true },
  },
  {
    name: 'role changed',
    ends: (deed) => inOrganization(deed) && lacksPermission(deed),
    happen: ({ scene, actor }, send) =>
      done(send(`${scene.path}/members/${actor.id}`, { ...PATCH({ role: LOWERED }), token: scene.owner.accessToken })),
    voids: { tokens: false, keys: false },
  },
  {
    name: 'organization deleted',
    ends: inOrganization,
    happen: ({ scene }, send) => done(send(scene.path, { ...DELETE, token: scene.owner.accessToken })),
    voids: { tokens: false, keys: true },
  },
  {
    name: 'inviter removed',
    ends: isOf('acceptInvitation'),
    happen: ({ inviting: { scene, inviter } }, send) =>
      done(send(`${scene.path}/members/${inviter.id}`, { ...DELETE, token: scene.owner.accessToken })),
    voids: { tokens: false, keys: false },
  },
  {
    name: 'inviting organization deleted',
    ends: isOf('acceptInvitation'),
    happen: ({ inviting: { scene } }, send) => done(send(scene.path, { ...DELETE, token: scene.owner.accessToken })),
    voids: { tokens: false, keys: false },
  },
];
