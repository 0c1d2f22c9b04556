/** Runs a trace: does at Stripe what it says, brings events and jobs to the handler, and lets everything come to rest. */
import type Stripe from 'stripe';
import { DAY_MS, MINUTE_MS } from '../../../../platform/clock.ts';
import { Problem } from '../../../../platform/errors.ts';
import { isLive } from '../../catalog/access.ts';
import type { Difference } from '../../projection/differences.ts';
import { LEASE_MS } from '../../projection/leases.ts';
import { projectQueue } from '../../queues.ts';
import type { World } from './environment.ts';
import { createLife, Killed, type Life } from './life.ts';
import { join, leave } from './members.ts';
import { applyPayload, fetchThenLock } from './naive.ts';
import { type QueuedJob, runJob, waitingJobs } from './queue.ts';
import { observe, type States } from './states.ts';
import type { Deed, Step } from './trace.ts';

export type Handler = 'ours' | 'applies payloads' | 'fetches before it locks';

const RETURNS = { successUrl: 'https://app.example.com/paid', cancelUrl: 'https://app.example.com/billing' };
const MAX_ROUNDS = 12;
/** Asks for 3-D Secure at each payment. */
const SECURE_CARD = 'pm_card_authenticationRequired';

/**
 * @param states counts the states that the trace comes through
 * @returns what of the tables differs from Stripe in the end
 */
export async function runTrace(
  world: World,
  steps: readonly Step[],
  handler: Handler,
  states: States = new Map(),
): Promise<Difference[]> {
  for (const step of steps) {
    await take(world, step, handler);
    observe(states, world.sandbox);
  }
  return comeToRest(world, handler);
}

async function take(world: World, step: Step, handler: Handler): Promise<void> {
  switch (step.do) {
    case 'wait':
      return wait(world, step.days);
    case 'deliver': {
      const pending = world.sandbox.deliveries.pending();
      const delivery = pending[step.which % pending.length];
      if (!delivery) return;
      for (let time = 0; time < step.times; time++) await deliver(world, delivery.id, handler);
      if (!step.again) world.sandbox.deliveries.settle(delivery.id, 200);
      return;
    }
    case 'work': {
      const waiting = await waitingJobs(world.db);
      const job = waiting[step.which % waiting.length];
      if (job) await work(world, job, handler, createLife(step.dieAt));
      return;
    }
    case 'overlap':
      return overlap(world, step, handler);
    default:
      return act(world, step);
  }
}

async function wait({ clock, sandbox, start }: World, days: number): Promise<void> {
  // As in production: what has been lost until now is found before it is forgotten.
  clock.advance(2 * MINUTE_MS);
  sandbox.clock.advance({ seconds: 120 });
  await start().reconciliation.poll();
  clock.advance(days * DAY_MS);
  sandbox.clock.advance({ days });
}

async function deliver(world: World, id: string, handler: Handler): Promise<void> {
  const { body, headers, event } = world.sandbox.deliveries.sign(id, Math.floor(world.clock.now().getTime() / 1_000));
  if (handler === 'applies payloads') await applyPayload(world.db, world.organizationId, event);
  else
    await world.start().intake.receive(Buffer.from(body), headers['stripe-signature'] ?? headers['Stripe-Signature']);
}

async function work(world: World, job: QueuedJob, handler: Handler, life: Life): Promise<void> {
  const { queue, data } = job;
  try {
    // A process may die while it starts, too.
    const process = world.start(life);
    await runJob(world.db, job, async () => {
      if (handler === 'fetches before it locks' && queue === projectQueue.name) {
        const { customerId } = data as { customerId: string };
        return fetchThenLock(world.db, process.gateway, world.organizationId, customerId);
      }
      const found = process.handlers.find((each) => each.queue.name === queue)!;
      const context = { id: String(job.id), attempt: 1, lastAttempt: false, signal: new AbortController().signal };
      return found.handle(data, context);
    });
  } catch (error) {
    if (!isDeath(error)) throw error;
  }
}

/** The SDK wraps what its HTTP client throws, and the gateway wraps that. */
function isDeath(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Killed || /Killed|at await \d/.test(`${cause.name} ${cause.message}`)) return true;
    const detail = (cause as { detail?: unknown }).detail;
    if (detail instanceof Killed) return true;
  }
  return false;
}

async function overlap(
  world: World,
  { which, deed, tooSlow }: Extract<Step, { do: 'overlap' }>,
  handler: Handler,
): Promise<void> {
  const projections = (await waitingJobs(world.db)).filter(({ queue }) => queue === projectQueue.name);
  const slow = projections[which % projections.length];
  if (!slow) return act(world, deed);
  const life = createLife(0, true);
  const slowly = work(world, slow, handler, life);
  await Promise.race([life.fetched, slowly]);
  if (tooSlow) world.clock.advance(2 * LEASE_MS);
  const before = new Set(world.sandbox.deliveries.pending().map(({ id }) => id));
  await act(world, deed);
  for (const { id } of world.sandbox.deliveries.pending()) {
    if (before.has(id)) continue;
    await deliver(world, id, handler);
    world.sandbox.deliveries.settle(id, 200);
  }
  for (const job of await waitingJobs(world.db)) if (job.id !== slow.id) await work(world, job, handler, createLife(0));
  life.release();
  await slowly;
}

/** Nobody does anything any more: what was lost is polled, what waits is done. No sweep: events alone must do. */
async function comeToRest(world: World, handler: Handler): Promise<Difference[]> {
  const { clock, sandbox, db, organizationId } = world;
  const process = world.start();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    clock.advance(2 * MINUTE_MS);
    sandbox.clock.advance({ seconds: 120 });
    if (handler === 'applies payloads') {
      // It has no poll; so that the order of what was delivered decides, nothing is lost for it.
      for (const { id } of sandbox.deliveries.pending()) {
        await deliver(world, id, handler);
        sandbox.deliveries.settle(id, 200);
      }
      break;
    }
    const recovered = await process.reconciliation.poll();
    const jobs = await waitingJobs(db);
    if (recovered === 0 && jobs.length === 0) break;
    for (const job of jobs) await work(world, job, handler, createLife(0));
  }
  return process.projection.compare(organizationId);
}

async function act(world: World, deed: Deed): Promise<void> {
  try {
    await carryOut(world, deed);
  } catch (error) {
    // Stripe says no to much of what a random trace asks for, as does the service.
    const isRefused = error instanceof Problem || (error instanceof Error && 'type' in error) || isFault(error);
    if (!isRefused) throw error;
  }
}

const isFault = (error: unknown) => error instanceof Error && error.constructor.name === 'Fault';

async function carryOut(world: World, deed: Deed): Promise<void> {
  const { stripe, sandbox, start, access } = world;
  if (deed.do === 'buy') {
    const request = { plan: deed.plan, interval: 'month', currency: 'usd', replace: true, ...RETURNS } as const;
    const { id } = await start().checkout.subscribe(access, request);
    sandbox.customer.completeCheckout(id, { card: '4242424242424242' });
    return;
  }
  if (deed.do === 'join') return join(world);
  if (deed.do === 'leave') return leave(world);
  const customer = await start().customers.find(access.organizationId);
  if (customer === undefined) return;
  const subscription = await liveOf(stripe, customer);
  const price = async (plan: string, interval = 'month') =>
    (await stripe.prices.list({ lookup_keys: [`${plan}_${interval}_usd`] })).data[0]!.id;
  switch (deed.do) {
    case 'card':
    case 'secure card': {
      const token = deed.do === 'card' ? (deed.good ? 'pm_card_visa' : 'pm_card_chargeCustomerFail') : SECURE_CARD;
      const method = await stripe.paymentMethods.attach(token, { customer });
      await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
      if (subscription) await stripe.subscriptions.update(subscription.id, { default_payment_method: method.id });
      return;
    }
    case 'pay': {
      const [open] = (await stripe.invoices.list({ customer, status: 'open' })).data;
      const method = await stripe.paymentMethods.attach('pm_card_visa', { customer });
      if (open) await stripe.invoices.pay(open.id, { payment_method: method.id });
      return;
    }
    case 'confirm': {
      const [open] = (await stripe.invoices.list({ customer, status: 'open', expand: ['data.payments'] })).data;
      const intent = open?.payments?.data[0]?.payment.payment_intent;
      if (intent) sandbox.customer.authenticate(intent as string, deed.passed);
      return;
    }
    case 'void': {
      const [open] = (await stripe.invoices.list({ customer, status: 'open' })).data;
      if (open) await stripe.invoices.voidInvoice(open.id);
      return;
    }
    case 'refund': {
      const [paid] = (await stripe.invoices.list({ customer, status: 'paid', expand: ['data.payments'] })).data;
      if (!paid || paid.amount_paid === 0) return;
      const { id: invoice, amount_paid: amount } = paid;
      const intent = paid.payments?.data[0]?.payment.payment_intent as string | undefined;
      if (deed.withNote) await stripe.creditNotes.create({ invoice, amount, refund_amount: amount });
      else if (intent) await stripe.refunds.create({ payment_intent: intent });
      return;
    }
    case 'second':
      await stripe.subscriptions.create({ customer, items: [{ price: await price('scale') }] });
      return;
  }
  if (!subscription) return;
  switch (deed.do) {
    case 'change':
      await stripe.subscriptions.update(subscription.id, {
        items: [{ id: subscription.items.data[0]!.id, price: await price(deed.plan, deed.interval) }],
        proration_behavior: 'always_invoice',
        payment_behavior: 'pending_if_incomplete',
      });
      return;
    case 'cancel':
      if (deed.now) await stripe.subscriptions.cancel(subscription.id);
      else await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
      return;
    case 'resume':
      await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
      return;
    case 'pause':
      if (deed.all) await stripe.subscriptions.pause(subscription.id);
      else await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior: 'void' } });
      return;
    case 'unpause':
      if (subscription.status === 'paused') await stripe.subscriptions.resume(subscription.id);
      else await stripe.subscriptions.update(subscription.id, { pause_collection: '' });
  }
}

async function liveOf(stripe: Stripe, customer: string): Promise<Stripe.Subscription | undefined> {
  const { data } = await stripe.subscriptions.list({ customer, limit: 100 });
  return data.filter(({ status }) => isLive(status)).sort((a, b) => a.created - b.created)[0];
}
