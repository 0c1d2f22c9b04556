/** Long lists of words that parameters accept; `derive-words.ts` derives them from the SDK. */
import { readFileSync } from 'node:fs';

interface Words {
  apiVersions: string[];
  checkoutLocales: string[];
  eventTypes: string[];
  paymentMethodTypes: string[];
  portalLocales: string[];
  taxIdTypes: string[];
}

export const WORDS = JSON.parse(readFileSync(new URL('words.json', import.meta.url), 'utf8')) as Words;
