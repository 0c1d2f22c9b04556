/**
 * The keys of Stripe's own example objects, to compare the sandbox's objects with. `fixture-keys.json` is derived from `fixtures3.json` of
 * github.com/stripe/openapi (MIT). To derive it from a newer version: `node fixture-keys.ts fixtures3.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The kinds of objects that the sandbox has. */
const KINDS = [
  'billing.meter',
  'billing.meter_event',
  'billing.meter_event_adjustment',
  'billing.meter_event_summary',
  'billing_portal.configuration',
  'billing_portal.session',
  'charge',
  'checkout.session',
  'coupon',
  'credit_note',
  'credit_note_line_item',
  'customer',
  'customer_balance_transaction',
  'deleted_customer',
  'discount',
  'dispute',
  'event',
  'invoice',
  'invoice_payment',
  'invoiceitem',
  'item',
  'line_item',
  'payment_intent',
  'payment_method',
  'plan',
  'price',
  'product',
  'promotion_code',
  'refund',
  'setup_intent',
  'subscription',
  'subscription_item',
  'tax_id',
  'tax_rate',
  'test_helpers.test_clock',
  'webhook_endpoint',
];

export type FixtureKeys = Record<string, string[]>;

/** The keys of each kind, from the text of a `fixtures3.json`. */
function keysOfFixtures(text: string): FixtureKeys {
  const { resources } = JSON.parse(text) as { resources: Record<string, object> };
  return Object.fromEntries(KINDS.map((kind) => [kind, Object.keys(resources[kind] ?? {}).sort()]));
}

export const FIXTURE_KEYS_FILE = fileURLToPath(new URL('fixture-keys.json', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , fixtures] = process.argv;
  if (!fixtures) throw new Error('Usage: node fixture-keys.ts fixtures3.json');
  writeFileSync(FIXTURE_KEYS_FILE, `${JSON.stringify(keysOfFixtures(readFileSync(fixtures, 'utf8')), null, 2)}\n`);
}
