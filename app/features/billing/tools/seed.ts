import type { Seeding } from '../../../../scripts/demo/seeding.ts';
import { FREE, type PlanName, planOf } from '../catalog/catalog.ts';
import { payHostedPage } from './hosted-page.ts';

const PLAN: PlanName = 'pro';
const CARD = '4242424242424242';

/** Buys a plan on the page of the Stripe sandbox. Stripe itself is left alone: a person has to pay there. */
export async function seed({ stage, env, owner, organization }: Seeding): Promise<void> {
  if (organization === undefined) return;
  const { token } = owner;
  const { body: now } = await stage.step('what is there', `${organization}/entitlements`, 200, { token });
  if (now.because.plan !== FREE) return void owner.is.push(`on the plan ${planOf(now.because.plan).name}`);
  if (env.STRIPE_SECRET_KEY !== undefined)
    return void owner.is.push(`on the plan ${planOf(FREE).name}, because STRIPE_SECRET_KEY is set`);
  const returns = { successUrl: `${stage.apiUrl}/?paid`, cancelUrl: `${stage.apiUrl}/` };
  const { body: checkout } = await stage.step('open a checkout', `${organization}/checkout-sessions`, 201, {
    token,
    body: { plan: PLAN, interval: 'month', replace: true, ...returns },
  });
  const status = await payHostedPage(checkout.url, CARD);
  stage.expect(status === 303, `the page of the sandbox answered ${status}`);
  await stage.until('the plan is there', `${organization}/entitlements`, ({ because }) => because.plan === PLAN, {
    token,
  });
  owner.is.push(`on the plan ${planOf(PLAN).name}`);
}
