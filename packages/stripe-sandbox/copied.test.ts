import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Copies this folder to an empty one, as a user of the package does. */
function copyElsewhere(t: TestContext): string {
  const project = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  t.after(() => rmSync(project, { recursive: true, force: true }));
  cpSync(FOLDER, join(project, 'stripe-sandbox'), {
    recursive: true,
    filter: (path) => !path.endsWith('node_modules'),
  });
  return project;
}

test('the folder, copied elsewhere, starts and answers with nothing installed', async (t) => {
  const main = join(copyElsewhere(t), 'stripe-sandbox', 'main.ts');
  const child = spawn(process.execPath, [main, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.includes('no money moves')) break;
  }
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)![0];
  const answer = await fetch(`${url}/v1/customers`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_elsewhere' },
    body: new URLSearchParams({ email: 'ada@example.com' }),
  });
  assert.equal(((await answer.json()) as { email: string }).email, 'ada@example.com');
});

test('the folder, copied elsewhere, loads every file and bills with only the packages that it declares', async (t) => {
  const project = copyElsewhere(t);
  const { peerDependencies } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'));
  mkdirSync(join(project, 'node_modules'));
  for (const name of Object.keys(peerDependencies)) {
    symlinkSync(dirname(findPackageJSON(name, import.meta.url)!), join(project, 'node_modules', name), 'dir');
  }
  writeFileSync(join(project, 'bill.ts'), BILL);
  const child = spawn(process.execPath, ['bill.ts'], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (complaint += chunk));
  await new Promise((resolve) => child.once('close', resolve));
  assert.equal(complaint, '');
  assert.equal(said, 'active, 2 invoices\n');
});

const BILL = `
import { globSync } from 'node:fs';
import Stripe from 'stripe';
import { createStripeSandbox } from './stripe-sandbox/sandbox.ts';

for (const file of globSync('stripe-sandbox/**/*.ts')) {
  if (!/main\\.ts$|\\.(test|heavy)\\.ts$/.test(file)) await import(\`./\${file}\`);
}
const sandbox = createStripeSandbox({ seed: 1, startAt: 1_800_000_000 });
const stripe = new Stripe('sk_test_elsewhere', { httpClient: sandbox.httpClient });
const price = await stripe.prices.create({
  ...{ currency: 'usd', unit_amount: 500, recurring: { interval: 'month' }, product_data: { name: 'Plan' } },
});
const customer = await stripe.customers.create({ payment_method: 'pm_card_visa' });
const method = (await stripe.customers.listPaymentMethods(customer.id)).data[0]!.id;
const items = [{ price: price.id }];
const { id } = await stripe.subscriptions.create({ customer: customer.id, items, default_payment_method: method });
sandbox.clock.advance({ days: 32 });
const { data } = await stripe.invoices.list({ subscription: id, status: 'paid' });
console.log(\`\${(await stripe.subscriptions.retrieve(id)).status}, \${data.length} invoices\`);
`;
