/** The limit of the webhook intake: checks the HMAC and inserts one row, durably. It uses several connections, so that commits share a flush. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Sql } from 'postgres';
import { WEBHOOK_SECRET } from '../load/protocol.ts';

export function intake(sql: Sql) {
  return async (signature: string, body: string) => {
    const { t, v1 } = Object.fromEntries(signature.split(',').map((part) => part.split('=') as [string, string]));
    const expected = createHmac('sha256', WEBHOOK_SECRET).update(`${t}.${body}`).digest();
    if (!timingSafeEqual(expected, Buffer.from(v1!, 'hex'))) throw new Error('not genuine');
    const { id, type, created, data } = JSON.parse(body);
    await sql`
      insert into stripe_events (id, type, customer_id, created_at, payload)
      values (${id}, ${type}, ${data.object.customer}, ${new Date(created * 1_000)}, ${Buffer.from(body)})
      on conflict do nothing`;
    return { status: 'stored' };
  };
}
