/** The traffic of an installation: the demo, faults, and requests of attackers. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { PgBoss } from 'pg-boss';
import { eventually } from '../conditions.ts';
import { request } from '../service.ts';
import type { Installation } from './installation.ts';

const PASSWORD = 'correct horse battery staple';
const MANY_SIGN_INS = 40;

/** Does everything once per round, and repeats the rounds until `stop`. */
export function keepTraffic(installation: Installation): { failed: Promise<never>; stop(): Promise<void> } {
  let stopping = false;
  const running = (async () => {
    const trouble = await prepareTrouble(installation);
    while (!stopping) {
      await demo(installation);
      await trouble();
    }
  })();
  const failed = running.then(() => new Promise<never>(() => {}));
  // Prevents an unhandled rejection: the caller may not be waiting for it yet.
  failed.catch(() => {});
  return {
    failed,
    async stop() {
      stopping = true;
      await running;
    },
  };
}

async function demo({ url, mailbox, stripe }: Installation): Promise<void> {
  const child = spawn(process.execPath, ['scripts/demo.ts'], {
    // As the installation: outside of development it sends no webhooks to this machine.
    env: { ...process.env, APP_ENV: 'staging', API_URL: url, MAILBOX_URL: mailbox.webUrl, STRIPE_API_BASE: stripe.url },
  });
  const [output, errors] = [text(child.stdout), text(child.stderr)];
  const [status] = await once(child, 'close');
  assert.equal(status, 0, `${await output}${await errors}`);
}

/** A round of faults that the service handles. */
async function prepareTrouble(installation: Installation): Promise<() => Promise<void>> {
  const { url, stripe, databaseUrl } = installation;
  const owner = await foundOrganization(installation);
  // No name server knows it, so that every attempt fails.
  const endpoint = { token: owner.token, body: { url: 'https://receiver.invalid/' } };
  const created = await request(`${url}${owner.path}/webhook-endpoints`, endpoint);
  assert.equal(created.status, 201);
  const switched = async (enabled: boolean) => {
    const change = { method: 'PATCH', token: owner.token, body: { enabled } };
    const answer = await request(`${url}${owner.path}/webhook-endpoints/${created.body.id}`, change);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  };
  return async () => {
    // Its failures are forgotten: the delay of a first attempt counts only where the attempt before did not fail.
    await switched(false);
    await switched(true);
    const renaming = { method: 'PATCH', token: owner.token, body: { name: `Engines ${Math.random()}` } };
    assert.equal((await request(`${url}${owner.path}`, renaming)).status, 200);
    await sendForgedEvents(url, 5);
    assert.equal((await request(`${url}/scim/v2/Users`, { token: 'pld_nonsense' })).status, 401);
    await guess(url, `nobody${Math.random()}@example.com`);
    // More at once than PASSWORD_HASH_QUEUE allows to wait.
    const guesses = Array.from({ length: MANY_SIGN_INS }, (_, number) => signIn(url, `stranger${number}@example.com`));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    assert.ok(statuses.includes(503), `no sign-in got 503: ${statuses}`);
    // Stripe fails every request.
    stripe.troubles.set({ fail: 1 });
    const plan = { plan: 'pro', interval: 'month', successUrl: `${url}/`, cancelUrl: `${url}/` };
    const refused = await request(`${url}${owner.path}/checkout-sessions`, { token: owner.token, body: plan });
    stripe.troubles.reset();
    assert.equal(refused.status, 503, JSON.stringify(refused.body));
    await failJob(databaseUrl);
  };
}

/** Events without a valid signature. */
export async function sendForgedEvents(url: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    const headers = { 'stripe-signature': `t=${Math.floor(Date.now() / 1_000)},v1=${'0'.repeat(64)}` };
    const { status } = await request(`${url}/v1/webhooks/stripe`, { body: { id: 'evt_forged' }, headers });
    assert.equal(status, 400);
  }
}

function signIn(url: string, email: string) {
  return request(`${url}/v1/sessions`, { body: { email, password: PASSWORD } });
}

/** Guesses passwords until the rate limit refuses. */
async function guess(url: string, email: string): Promise<void> {
  await eventually('the guesses are limited', async () => (await signIn(url, email)).status === 429, 60_000);
}

/** A job that cannot succeed, because its email does not exist. It fails once, without retries. */
async function failJob(databaseUrl: string): Promise<void> {
  const boss = new PgBoss({ connectionString: databaseUrl, migrate: false, supervise: false, schedule: false });
  await boss.start();
  await boss.send('email.deliver', { messageId: 'no id' }, { retryLimit: 0 });
  await boss.stop({ graceful: false });
}

async function foundOrganization({ url, mailbox }: Installation): Promise<{ token: string; path: string }> {
  const email = 'owner@example.com';
  await register(url, email);
  const proof = await eventually('the email arrives', () => mailedToken(mailbox.webUrl, email), 60_000);
  const confirmed = await request(`${url}/v1/email-verifications/confirm`, { body: { token: proof } });
  assert.equal(confirmed.status, 204);
  const { body: session } = await signIn(url, email);
  const token: string = session.accessToken;
  const founded = await request(`${url}/v1/organizations`, { token, body: { name: 'Lighthouse' } });
  assert.equal(founded.status, 201, JSON.stringify(founded.body));
  return { token, path: `/v1/organizations/${founded.body.id}` };
}

export async function register(url: string, email: string): Promise<void> {
  const { status } = await request(`${url}/v1/users`, { body: { email, password: PASSWORD, name: 'Owner' } });
  assert.equal(status, 202);
}

async function mailedToken(webUrl: string, address: string): Promise<string | undefined> {
  const { body: mails } = await request(`${webUrl}/api/email`);
  const fits = ({ to }: { to: { address: string }[] }) => to.some((box) => box.address === address);
  return /[?&]token=([A-Za-z0-9_-]+)/.exec(mails.find(fits)?.text ?? '')?.[1];
}
