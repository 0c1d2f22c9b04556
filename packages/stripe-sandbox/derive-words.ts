/**
 * The words that Stripe accepts for parameters with long lists of them, such as types of events and of tax ids. `resources/words.json` is derived
 * from the types of the `stripe` SDK (MIT), which this file reads. To derive it from a newer version: `node derive-words.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** For each list: the SDK's file and the type in it. */
const SOURCES = {
  apiVersions: ['WebhookEndpoints', 'ApiVersion'],
  checkoutLocales: ['Checkout/Sessions', 'Locale'],
  eventTypes: ['WebhookEndpoints', 'EnabledEvent'],
  paymentMethodTypes: ['PaymentMethods', 'Type'],
  portalLocales: ['BillingPortal/Sessions', 'Locale'],
  taxIdTypes: ['TaxIds', 'Type'],
} as const;

if (process.argv[1] === fileURLToPath(import.meta.url)) derive();

function derive(): void {
  const sdk = dirname(dirname(fileURLToPath(import.meta.resolve('stripe'))));
  const words = Object.fromEntries(
    Object.entries(SOURCES).map(([name, [file, type]]) => {
      const text = readFileSync(join(sdk, 'esm/resources', `${file}.d.ts`), 'utf8');
      const union = new RegExp(`type ${type} = (.*);`).exec(text)?.[1] ?? '';
      const found = [...union.matchAll(/'([^']+)'/g)].map((match) => match[1]!);
      return [name, found.filter((word) => word !== 'unknown').sort()];
    }),
  );
  writeFileSync(new URL('resources/words.json', import.meta.url), `${JSON.stringify(words, null, 2)}\n`);
}
