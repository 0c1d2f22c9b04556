/**
 * Signatures of Amazon SNS over HTTPS: the canonical text of a message, signed with a key whose certificate is at a URL in the message
 * ("Verifying the signatures of Amazon SNS messages"). So everything rests on where that certificate may come from.
 */
import { type KeyObject, verify as verifySignature, X509Certificate } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';
import { emailErrors } from '../errors.ts';
import { asText } from './feedback.ts';

export type SnsMessage = Record<string, unknown>;

export interface SnsCertificates {
  /** The public key of a signing certificate that is valid now. @throws invalid_signature, signature_unverifiable */
  keyAt(url: string): Promise<KeyObject>;
}

const HOST = /^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;
const FETCH_TIMEOUT_MS = 5_000;
const MAX_CERTIFICATE_BYTES = 16 * 1024;
/** One a region and year is usual; the bound is for what nobody expects. */
const MAX_CACHED = 20;

/** True if `url` is a place that only Amazon SNS writes to. */
export function isSnsUrl(url: string): boolean {
  const parsed = URL.parse(url);
  if (!parsed) return false;
  const { protocol, hostname, port, username, password } = parsed;
  return protocol === 'https:' && HOST.test(hostname) && port === '' && username === '' && password === '';
}

/** @throws invalid_signature, signature_unverifiable */
export async function verifySnsSignature(message: SnsMessage, certificates: SnsCertificates): Promise<void> {
  const algorithm = { '1': 'sha1', '2': 'sha256' }[asText(message.SignatureVersion)];
  const url = asText(message.SigningCertURL);
  if (!algorithm || !isSnsUrl(url) || !new URL(url).pathname.endsWith('.pem')) throw emailErrors.invalid_signature();
  const key = await certificates.keyAt(url);
  const signature = Buffer.from(asText(message.Signature), 'base64');
  if (!verifySignature(algorithm, Buffer.from(canonicalText(message)), key, signature))
    throw emailErrors.invalid_signature();
}

/** Exported for tests, which sign like SNS does. */
export function canonicalText(message: SnsMessage): string {
  const names =
    message.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  return names
    .filter((name) => typeof message[name] === 'string')
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
}

/** Fetches certificates once each, and keeps them while they are valid. */
export function createSnsCertificates({
  clock,
  fetch,
}: {
  clock: Clock;
  fetch: typeof globalThis.fetch;
}): SnsCertificates {
  const cache = new Map<string, Promise<X509Certificate>>();

  return {
    async keyAt(url) {
      let pending = cache.get(url);
      if (!pending) {
        pending = fetchCertificate(fetch, url);
        cache.set(url, pending);
        pending.catch(() => cache.delete(url));
        const [oldest] = cache.keys();
        if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
      }
      const { publicKey, validFromDate, validToDate } = await pending;
      const now = clock.now();
      if (now < validFromDate || now > validToDate || publicKey.asymmetricKeyType !== 'rsa')
        throw emailErrors.invalid_signature();
      return publicKey;
    },
  };
}

async function fetchCertificate(fetch: typeof globalThis.fetch, url: string): Promise<X509Certificate> {
  const text = await download(fetch, url);
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw emailErrors.invalid_signature({ cause });
  }
}

/** A 4xx means that there is no such certificate; every other trouble may pass, and SNS repeats what is answered with a 503. */
async function download(fetch: typeof globalThis.fetch, url: string): Promise<Buffer> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) }).catch(
    unverifiable,
  );
  if (response.status >= 400 && response.status < 500) throw emailErrors.invalid_signature();
  if (!response.ok || !response.body)
    return unverifiable(new Error(`the certificate's server answered ${response.status}`));
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > MAX_CERTIFICATE_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    return unverifiable(error);
  }
  if (size > MAX_CERTIFICATE_BYTES) throw emailErrors.invalid_signature();
  return Buffer.concat(chunks);
}

function unverifiable(cause: unknown): never {
  throw emailErrors.signature_unverifiable({ cause, headers: { 'retry-after': '20' } });
}
