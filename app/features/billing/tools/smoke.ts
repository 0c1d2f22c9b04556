import type { Stage } from '../../../../scripts/demo/stage.ts';

/** The plans are public. */
export async function stranger({ step, expect }: Stage): Promise<void> {
  const { body } = await step('look at the plans', '/v1/plans', 200);
  expect(body.plans.length > 0, 'there are no plans');
}

/** A member of an organization sees what may be used. */
export async function person({ step, chapter }: Stage, token: string): Promise<void> {
  chapter('An organization sees what it may use');
  const founding = { token, body: { name: 'Smoke test of billing' } };
  const { body: organization } = await step('found an organization', '/v1/organizations', 201, founding);
  const path = `/v1/organizations/${organization.id}`;
  try {
    await step('list what may be used', `${path}/entitlements`, 200, { token });
  } finally {
    await step('delete the organization', path, 204, { method: 'DELETE', token });
  }
}
