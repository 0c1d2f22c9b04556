/** The scene of billing's tests: the service beside a Stripe sandbox in the same process, an organization, its owner. */
import assert from 'node:assert/strict';
import { sql } from 'drizzle-orm';
import Stripe from 'stripe';
import { createStripeSandbox, type StripeSandbox } from 'stripe-sandbox';
import { createTestClock } from '../../../../test/clock.ts';
import { changesHeard, eventually } from '../../../../test/conditions.ts';
import {
  type Answer,
  type Call,
  type SignedInUser,
  startTestService,
  type TestService,
  type TestServiceOptions,
} from '../../../../test/service.ts';
import { permissions } from '../../organizations/roles.ts';
import { createScene, PATCH, type Scene } from '../../organizations/testing/scene.ts';

const SECRET = 'whsec_of_the_tests';
const DAY_SECONDS = 86_400;

export const GOOD_CARD = '4242424242424242';
/** Attaches, and declines every charge. */
export const FAILING_CARD = '4000000000000341';
export const DECLINED_CARD = '4000000000000002';
export const DISPUTED_CARD = '4000000000000259';
export const RETURNS = { successUrl: 'https://app.example.com/paid', cancelUrl: 'https://app.example.com/billing' };

export interface BillingService {
  readonly test: TestService;
  readonly sandbox: StripeSandbox;
  /** The SDK beside the service: what somebody does in Stripe's dashboard. */
  readonly stripe: Stripe;
  /** Delivers every event that waits, in order, and waits until what they led to is done. */
  deliver(): Promise<void>;
  /** Waits until no job of billing is left to run, and what has changed is known to the process that answers. */
  settle(): Promise<void>;
  /** Runs `happen` once, while the service waits for the answer to its next question to Stripe. */
  whileAsking(happen: () => Promise<unknown>): void;
  /** Moves the time of the service and of Stripe. Delivers nothing. */
  advanceDays(days: number): void;
  close(): Promise<void>;
}

/** @param hooks routes for `startTestService`, and what runs before each question to Stripe */
export async function startBillingService(
  env: Record<string, string> = {},
  { routes, asking }: Pick<TestServiceOptions, 'routes'> & { asking?: () => Promise<void> } = {},
): Promise<BillingService> {
  const clock = createTestClock(new Date('2026-11-22T12:00:00Z'));
  const sandbox = createStripeSandbox({
    seed: 1,
    startAt: clock.now().getTime() / 1_000,
    deliveries: 'manual',
    webhooks: [{ url: 'https://api.example.com/v1/webhooks/stripe', secret: SECRET }],
  });
  const stripe = new Stripe('sk_test_sandbox', { httpClient: sandbox.httpClient, maxNetworkRetries: 0 });
  let meanwhile: (() => Promise<unknown>) | undefined;
  const test = await startTestService({
    clock,
    replacements: {
      async stripe() {
        const happen = meanwhile;
        meanwhile = undefined;
        await happen?.();
        await asking?.();
        return stripe;
      },
    },
    schedules: false,
    ...(routes && { routes }),
    env: { STRIPE_WEBHOOK_SECRET: SECRET, ...env },
  });
  await test.service.billing.operations.syncCatalog({ apply: true });
  for (const delivery of sandbox.deliveries.pending()) sandbox.deliveries.settle(delivery.id, 200);

  const settle = async () => {
    await eventually('the jobs of billing are done', async () => {
      const { rows } = await test.service.db.execute(
        sql`select 1 from pgboss.job where name like 'billing.%' and state <= 'active' and start_after <= now() limit 1`,
      );
      return rows.length === 0;
    });
    await changesHeard(test);
  };

  return {
    test,
    sandbox,
    stripe,
    settle,
    async deliver() {
      for (const { id } of sandbox.deliveries.pending()) {
        const { body, headers } = sandbox.deliveries.sign(id, clock.now().getTime() / 1_000);
        const { status } = await fetch(`${test.url}/v1/webhooks/stripe`, { method: 'POST', headers, body });
        assert.equal(status, 200);
        sandbox.deliveries.settle(id, status);
      }
      await settle();
    },
    whileAsking(happen) {
      meanwhile = happen;
    },
    advanceDays(days) {
      clock.advance(days * DAY_SECONDS * 1_000);
      sandbox.clock.advance({ days });
    },
    close: () => test.close(),
  };
}

export interface BillingScene extends Scene {
  /** A call below the organization's path by its owner. */
  ask(path: string, call?: Call): Promise<Answer>;
  /** Opens a checkout and pays it; nothing is delivered. @returns the session's id */
  subscribe(body: Record<string, unknown>, card?: string): Promise<string>;
  change(body: Record<string, unknown>): Promise<Answer>;
  /** Plan and status that are in force. */
  access(): Promise<string>;
  /** The emails to the owner, by subject. */
  subjects(): string[];
}

/** An organization, of a new person if absent. */
export async function createBillingScene(
  { test, sandbox }: BillingService,
  owner?: SignedInUser,
): Promise<BillingScene> {
  const scene = await createScene(test, owner);
  // A key does not expire while the test moves time.
  const key = await scene.key(permissions);
  const ask = (path: string, call?: Call) => scene.as(key, path, call);
  return {
    ...scene,
    ask,
    async subscribe(body, card = GOOD_CARD) {
      const opened = await ask('/checkout-sessions', { body: { interval: 'month', ...RETURNS, ...body } });
      assert.equal(opened.status, 201, JSON.stringify(opened.body));
      const outcome = sandbox.customer.completeCheckout(opened.body.id, { card });
      assert.equal(outcome.status, 'complete');
      return opened.body.id;
    },
    change: (body) => ask('/subscription', PATCH(body)),
    async access() {
      const { because } = (await ask('/entitlements')).body;
      return `${because.plan} ${because.status}`;
    },
    subjects: () => test.mails.filter(({ to }) => to === scene.owner.email).map(({ subject }) => subject),
  };
}
