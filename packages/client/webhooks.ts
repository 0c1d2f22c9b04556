/** Verifies events that the service sends, as Standard Webhooks defines it (https://www.standardwebhooks.com). */

export interface WebhookHeaders {
  get(name: string): string | null;
}

export interface VerifyOptions {
  /** The signing secret, `whsec_…`; several while one is replaced. */
  secret: string | readonly string[];
  headers: WebhookHeaders | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body exactly as it arrived: parsed and written again it would have another signature. */
  body: string | Uint8Array;
  /** How far the timestamp may be from now, in seconds. Default 300. */
  toleranceSeconds?: number;
  /** In milliseconds. Default: now. */
  now?: number;
}

export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}

/**
 * @returns the event
 * @throws WebhookError if the signature is not of this secret, or the timestamp is too far from now: somebody may send an old event again
 */
export async function verifyWebhook<Event = unknown>(options: VerifyOptions): Promise<Event> {
  const { body, toleranceSeconds = 300, now = Date.now() } = options;
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) => read(options.headers, name));
  if (!id || !timestamp || !signatures) throw new WebhookError('A header of Standard Webhooks is missing.');
  const age = Math.abs(now / 1_000 - Number(timestamp));
  // Not a number is never within.
  if (!(age <= toleranceSeconds)) throw new WebhookError('The timestamp is too far from now.');

  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  const given = signatures.split(' ').flatMap((each) => (each.startsWith('v1,') ? [each.slice(3)] : []));
  for (const secret of [options.secret].flat()) {
    const key = await importKey(secret as string);
    for (const signature of given) {
      const bytes = decode(signature);
      if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, signed))) return JSON.parse(text) as Event;
    }
  }
  throw new WebhookError('No signature is of this secret.');
}

function read(headers: VerifyOptions['headers'], name: string): string | null | undefined {
  const full = `webhook-${name}`;
  if (typeof headers.get === 'function') return (headers as WebhookHeaders).get(full);
  const value = (headers as Readonly<Record<string, string | readonly string[] | undefined>>)[full];
  return typeof value === 'string' ? value : value?.[0];
}

function importKey(secret: string) {
  const bytes = decode(secret.replace(/^whsec_/, ''));
  if (!bytes) throw new WebhookError('The secret is not one of Standard Webhooks.');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function decode(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
