import type { Stage } from '../../../../scripts/demo/stage.ts';

/** An organization and a key are created, audited, and deleted. */
export async function person(stage: Stage, token: string): Promise<void> {
  const { step } = stage;
  stage.chapter('An organization and a key are created, audited, and deleted');
  const founding = { token, body: { name: 'Smoke test' } };
  const { body: organization } = await step('found an organization', '/v1/organizations', 201, founding);
  const path = `/v1/organizations/${organization.id}`;
  try {
    const key = { token, body: { name: 'smoke test', scopes: ['members:read'] } };
    const { body: created } = await step('create a key', `${path}/api-keys`, 201, key);
    await step('the key lists members', `${path}/members`, 200, { token: created.secret });
    await step('the key reads the audit trail', `${path}/audit-events`, 403, { token: created.secret });
    await step('revoke it', `${path}/api-keys/${created.id}`, 204, { method: 'DELETE', token });
    await step('the key lists members again', `${path}/members`, 401, { token: created.secret });
  } finally {
    await step('delete the organization', path, 204, { method: 'DELETE', token });
  }
}
