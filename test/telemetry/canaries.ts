/** Canaries: secrets and personal data that a test sends, and then searches for where they must not appear. */
import { randomBytes } from 'node:crypto';
import type { TestService } from '../service.ts';
import { metricsText } from './metrics-text.ts';
import type { OtlpReceiver } from './otlp-receiver.ts';
import type { SentryReceiver } from './sentry-receiver.ts';

/** Created at random for each run: error reports contain source lines, in which a constant would be found. */
export function createCanaries() {
  const part = () => randomBytes(8).toString('hex');
  return {
    password: `Pass ${part()} word`,
    token: `A0${randomBytes(32).toString('base64url')}`,
    jwt: `eyJhbGciOiJFUzI1NiJ9.${Buffer.from(`{"sub":"${part()}"}`).toString('base64url')}.${randomBytes(64).toString('base64url')}`,
    apiKey: `plk_${part()}${part()}`,
    stripeKey: `sk_live_${part()}`,
    card: cardNumber(),
    address: `${part()}@canary.example.com`,
  };
}

export type Canaries = ReturnType<typeof createCanaries>;

/** The message of an error that quotes all its input, as libraries do. */
export function quoting(canaries: Canaries): string {
  const { password, token, jwt, apiKey, stripeKey, card, address } = canaries;
  return [
    `refused ${address} with ${JSON.stringify({ password, token, card: { number: card } })}`,
    `and ${JSON.stringify(JSON.stringify({ newPassword: password }))} and { password: '${password}' }`,
    `at https://api.example.com/x?token=${token}&email=${address} with Bearer ${jwt}, ${apiKey}, ${stripeKey}`,
  ].join(' ');
}

/** Sixteen digits with a valid check digit (ISO/IEC 7812-1 annex B). */
function cardNumber(): string {
  const digits = [4, ...Array.from(randomBytes(14), (byte) => byte % 10)];
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 0 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${digits.join('')}${(10 - (sum % 10)) % 10}`;
}

/** Everything that left the service, except its answers and its emails. */
export async function everythingTold(test: TestService, otlp: OtlpReceiver, sentry: SentryReceiver) {
  return {
    'a log line': test.logs,
    'the metrics': [await metricsText(test.service.metrics)],
    'a span': otlp.received,
    'an error report': sentry.received,
  };
}

/** The places where canaries were found, in words; empty if none. Parts of a canary count too, because truncated secrets leak as well. */
export function findCanaries(canaries: Canaries, told: Record<string, readonly string[]>): string[] {
  const found: string[] = [];
  for (const [name, canary] of Object.entries(canaries)) {
    const recognizable = canary.split('@')[0]!.replace(/^Pass | word$/g, '');
    const forms = new Set([recognizable, encodeURIComponent(recognizable), recognizable.slice(0, -4)]);
    for (const [place, texts] of Object.entries(told)) {
      const text = texts.find((one) => [...forms].some((form) => one.includes(form)));
      if (text !== undefined) found.push(`${name} (${canary}) in ${place}: ${text.slice(0, 2_000)}`);
    }
  }
  return found;
}
