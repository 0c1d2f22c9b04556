/**
 * `node app/features/billing/bench/backlog.ts [--quick]`: measures the fetches that a backlog of events causes, how fast it is processed, and how soon a change at
 * Stripe is visible in the service. Stripe is the sandbox, in this process.
 */

import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import Stripe from 'stripe';
import { type RunningSandbox, startStripeSandbox } from 'stripe-sandbox';
import { WEBHOOK_SECRET } from '../../../../bench/load/protocol.ts';
import { cpuSeconds, machineCpuSeconds } from '../../../../bench/processes.ts';
import { setStage } from '../../../../bench/stage.ts';
import { median, percentile } from '../../../../bench/statistics.ts';
import { newId } from '../../../platform/security/random.ts';
import { syncCatalog } from '../catalog/catalog-sync.ts';

const quick = process.argv.includes('--quick');
const CUSTOMERS = 1_000;
const EVENTS = quick ? 2_000 : 10_000;
const PER_SECOND = 50;
const SECONDS = quick ? 5 : 30;
const SENDERS = 32;

const log = (line: string) => void process.stdout.write(`${line}\n`);

interface Customer {
  organizationId: string;
  customerId: string;
  subscriptionId: string;
}

async function createCustomers(sandbox: RunningSandbox, client: pg.Client): Promise<Customer[]> {
  const stripe = new Stripe('sk_test_bench', { httpClient: sandbox.httpClient });
  await syncCatalog(stripe, { apply: true });
  const [price] = (await stripe.prices.list({ lookup_keys: ['scale_month_usd'] })).data;
  const customers: Customer[] = [];
  for (let index = 0; index < CUSTOMERS; index++) {
    const organizationId = newId();
    const customer = await stripe.customers.create({
      metadata: { organization_id: organizationId },
    });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    const items = [{ price: price!.id }];
    const terms = { customer: customer.id, default_payment_method: card.id, items };
    const subscription = await stripe.subscriptions.create(terms);
    await client.query(
      `with organization as (insert into organizations (id, name, slug, personal, created_at, updated_at) values ($1::uuid, 'Bench', 'bench-' || replace($1::text, '-', ''), false, now(), now())),
        customer as (insert into stripe_customers (id, organization_id) values ($2, $1::uuid))
       insert into billing_customers (organization_id, stripe_customer_id, created_at, adopted) values ($1::uuid, $2, now(), true)`,
      [organizationId, customer.id],
    );
    customers.push({ organizationId, customerId: customer.id, subscriptionId: subscription.id });
  }
  return customers;
}

function signed(event: object): { body: string; signature: string } {
  const body = JSON.stringify(event);
  return { body, signature: Stripe.webhooks.generateTestHeaderString({ payload: body, secret: WEBHOOK_SECRET }) };
}

/** Sends ten events per customer. They carry no change, only the customer's id. */
async function sendBacklog(port: number, customers: readonly Customer[]): Promise<void> {
  let next = 0;
  const send = async () => {
    for (let index = next++; index < EVENTS; index = next++) {
      const object = { object: 'subscription', customer: customers[index % CUSTOMERS]!.customerId };
      const created = Math.floor(Date.now() / 1_000);
      const { body, signature } = signed({
        ...{ id: `evt_backlog_${index}`, object: 'event', type: 'customer.subscription.updated', created },
        data: { object },
      });
      const headers = { 'stripe-signature': signature, 'content-type': 'application/json' };
      const response = await fetch(`http://127.0.0.1:${port}/v1/webhooks/stripe`, { method: 'POST', headers, body });
      if (response.status !== 200) throw new Error(`the webhook answered ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
}

async function fetchesOf(metricsPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const line = /stripe_request_duration_seconds_count\{operation="customers.retrieve",outcome="success"\} (\d+)/.exec(
    text,
  );
  return Number(line?.[1] ?? 0);
}

async function workedOff(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query('select count(*)::int as open from stripe_events where applied_at is null');
    if (rows[0].open === 0) return;
    await delay(20);
  }
}

/** The milliseconds from Stripe's answer to a change until the notification that it is visible in every process. */
async function visibilityDelays(sandbox: RunningSandbox, client: pg.Client, customers: readonly Customer[]) {
  const stripe = new Stripe('sk_test_bench', { httpClient: sandbox.httpClient });
  const changedAt = new Map<string, number>();
  const delays: number[] = [];
  client.on('notification', ({ payload }) => {
    const at = changedAt.get(payload ?? '');
    if (at === undefined) return;
    changedAt.delete(payload!);
    delays.push(performance.now() - at);
  });
  await client.query('listen billing_entitlements');
  const total = PER_SECOND * SECONDS;
  const begunAt = performance.now();
  for (let index = 0; index < total; index++) {
    await delay(Math.max(0, begunAt + (index * 1_000) / PER_SECOND - performance.now()));
    const { organizationId, subscriptionId } = customers[index % CUSTOMERS]!;
    changedAt.set(organizationId, performance.now());
    await stripe.subscriptions.update(subscriptionId, { cancel_at_period_end: index < CUSTOMERS });
  }
  const deadline = performance.now() + 15_000;
  while (changedAt.size > 0 && performance.now() < deadline) await delay(20);
  return { delays, missing: changedAt.size };
}

/** The CPU seconds so far of the service, of PostgreSQL, of the sandbox with this program, and of the machine. */
const cpu = (servicePid: number, postgresPid: number) => [
  cpuSeconds(servicePid),
  cpuSeconds(postgresPid),
  cpuSeconds(process.pid),
  machineCpuSeconds(),
];

/** The CPU cost of each of `count` operations, in milliseconds. */
function costs(before: number[], after: number[], count: number, what: string): string {
  const [service, postgres, sandbox, machine] = after.map((seconds, index) => seconds - before[index]!);
  const own = service! + postgres! + sandbox!;
  const each = (seconds: number | undefined) => `${((1_000 * seconds!) / count).toFixed(1)} ms`;
  const others = Math.max(0, 1 - own / machine!);
  return `  CPU for ${what}: service ${each(service)}, PostgreSQL ${each(postgres)}, sandbox ${each(sandbox)}; others took ${(100 * others).toFixed(0)} % of all CPU`;
}

const stage = await setStage(log);
try {
  const url = await stage.database(1_000);
  const client = new pg.Client({ connectionString: url });
  // The connection may be closed by force at the end, if a measurement failed.
  client.on('error', () => {});
  await client.connect();
  const sandbox = await startStripeSandbox({ port: 0, seed: 1 });
  log(`creating ${CUSTOMERS} customers with a subscription each`);
  const customers = await createCustomers(sandbox, client);
  const env = { STRIPE_SECRET_KEY: 'sk_test_bench', STRIPE_API_BASE: sandbox.url };

  const api = await stage.api(url, { env });
  await sendBacklog(api.port, customers);
  await api.stop();
  const startedAt = performance.now();
  const all = await stage.api(url, { role: 'all', env });
  const begun = cpu(all.pid, stage.postgresPid);
  await workedOff(client);
  const ended = cpu(all.pid, stage.postgresPid);
  const seconds = (performance.now() - startedAt) / 1_000;
  const fetches = await fetchesOf(all.metricsPort);
  log(
    `\nbacklog: ${EVENTS} events of ${CUSTOMERS} customers worked off in ${seconds.toFixed(1)} s, the start included`,
  );
  log(
    `  ${fetches} fetches, ${(fetches / EVENTS).toFixed(2)} per event; ${(fetches / seconds).toFixed(0)} fetches per second`,
  );
  log(costs(begun, ended, fetches, 'a fetch'));

  sandbox.addWebhook({ url: `http://127.0.0.1:${all.port}/v1/webhooks/stripe`, secret: WEBHOOK_SECRET });
  const before = cpu(all.pid, stage.postgresPid);
  const { delays, missing } = await visibilityDelays(sandbox, client, customers);
  const after = cpu(all.pid, stage.postgresPid);
  const p99 = percentile(delays, 0.99);
  log(`\n${PER_SECOND} changes per second at Stripe, for ${SECONDS} s: visible after`);
  log(
    `  p50 ${median(delays).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms   must <= 1000 ms   ${p99 <= 1_000 && missing === 0 ? 'PASS' : 'short'}`,
  );
  log(costs(before, after, PER_SECOND * SECONDS, 'a change'));
  if (missing > 0) log(`  ${missing} were not seen at all`);
  await all.stop();
  await sandbox.close();
  await client.end();
  process.exitCode = p99 <= 1_000 && missing === 0 && fetches <= EVENTS / 2 ? 0 : 1;
} finally {
  await stage.close();
}
