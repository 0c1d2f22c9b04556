import type { Seeding } from '../../../../scripts/demo/seeding.ts';
import { Surprise } from '../../../../scripts/demo/stage.ts';

const NAME = 'Harbour Lights';

/** Founds an organization, and the member joins it by an invitation. */
export async function seed(seeding: Seeding): Promise<void> {
  const { stage, owner, member } = seeding;
  const { token } = owner;
  const { body: own } = await stage.step('list organizations', '/v1/organizations?limit=100', 200, { token });
  const found = own.data.find(({ name }: { name: string }) => name === NAME);
  const { id } =
    found ?? (await stage.step('found one', '/v1/organizations', 201, { token, body: { name: NAME } })).body;
  seeding.organization = `/v1/organizations/${id}`;
  await join(seeding, seeding.organization);
  owner.is.push(`owner of ${NAME}`);
  member.is.push(`member of ${NAME}`);
}

async function join({ stage, owner, member }: Seeding, organization: string): Promise<void> {
  if ((await stage.request(organization, { token: member.token })).status === 200) return;
  const { status, body } = await stage.request(`${organization}/invitations`, {
    token: owner.token,
    body: { email: member.email, role: 'member' },
  });
  // A run that was interrupted may have invited already.
  if (status !== 201 && status !== 409) throw new Surprise(`invite ${member.email}: ${status} ${body.code}`);
  const { token } = await stage.mail('read the invitation', member.email, /invit/i);
  await stage.step('accept it', '/v1/invitations/accept', 200, { token: member.token, body: { token } });
}
