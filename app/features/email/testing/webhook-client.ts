import { emailSuppressions } from '../schema.ts';
import { suppress } from '../suppression.ts';
import type { Harness } from './harness.ts';

export interface WebhookClient {
  /** Posts as a provider does. @returns the status, and the code of the problem or the status in the answer */
  post(
    provider: string,
    payload: string,
    headers?: Record<string, string>,
    remoteAddress?: string,
  ): Promise<readonly [number, string]>;
  /** The suppressions: address, reason, provider, detail. */
  suppressed(): Promise<(string | null)[][]>;
  /** Suppresses an address, as an operator does. */
  suppress(address: string, reason: 'manual'): Promise<void>;
  /** Lifts all suppressions. */
  clear(): Promise<void>;
}

export function webhookClient({ app, db }: Harness): WebhookClient {
  return {
    async post(provider, payload, headers = {}, remoteAddress = '127.0.0.1') {
      const url = `/v1/webhooks/email/${provider}`;
      const answer = await app.inject({ method: 'POST', url, payload, headers, remoteAddress });
      return [answer.statusCode, answer.json().code ?? answer.json().status];
    },
    async suppressed() {
      const rows = await db.select().from(emailSuppressions).orderBy(emailSuppressions.createdAt);
      return rows.map(({ address, reason, provider, detail }) => [address, reason, provider, detail]);
    },
    async suppress(address, reason) {
      await db.transaction((tx) => suppress(tx, [{ address, reason }]));
    },
    async clear() {
      await db.delete(emailSuppressions);
    },
  };
}
