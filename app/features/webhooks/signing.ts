/** Signing secrets, and the headers of a delivery as Standard Webhooks defines them (https://www.standardwebhooks.com). */
import { createHmac } from 'node:crypto';
import { randomSecret } from '../../platform/security/random.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { EndpointRow } from './schema.ts';

/** Receivers' libraries in Go and Rust refuse secrets whose base64 form needs padding that is left out; 24 bytes need none. */
const SECRET_BYTES = 24;
const PREFIX = 'whsec_';
const PURPOSE = 'webhook_endpoints.secret';

/** @returns a new secret as its owner is shown it, and as it is stored */
export function makeSecret(sealer: Sealer): { secret: string; sealed: Buffer } {
  const bytes = randomSecret(SECRET_BYTES);
  return { secret: PREFIX + bytes.toString('base64'), sealed: sealer.seal(PURPOSE, bytes) };
}

/**
 * Opens the secrets that sign now: the current one, and the one before while it lasts.
 * @throws Error if the current one was sealed with an `APP_SECRET` that is no longer configured
 */
export function openSecrets(
  sealer: Sealer,
  {
    secret,
    previousSecret,
    previousSecretUntil,
  }: Pick<EndpointRow, 'secret' | 'previousSecret' | 'previousSecretUntil'>,
  now: Date,
): Buffer[] {
  const current = sealer.open(PURPOSE, secret);
  return previousSecret && previousSecretUntil! > now ? [current, sealer.open(PURPOSE, previousSecret)] : [current];
}

/**
 * Signs a body: HMAC-SHA256 of `id.timestamp.body` with each secret.
 * @param id of the event: the same in each attempt
 */
export function signedHeaders(secrets: readonly Buffer[], id: string, at: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const sign = (secret: Buffer) => createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${sign(secret)}`).join(' '),
  };
}
