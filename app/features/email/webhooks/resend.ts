/** Resend: Standard Webhooks (https://www.standardwebhooks.com), HMAC-SHA256 over id, time and body. */
import { createHmac } from 'node:crypto';
import { type Clock, MINUTE_MS, SECOND_MS } from '../../../platform/clock.ts';
import { equalSecrets } from '../../../platform/security/random.ts';
import { emailErrors } from '../errors.ts';
import {
  asList,
  asObject,
  asText,
  detailOf,
  type Feedback,
  type FeedbackProvider,
  parseObject,
  type WebhookRequest,
} from './feedback.ts';

export interface ResendOptions {
  /** `whsec_…`; several while rotating. */
  secrets: readonly string[];
  clock: Clock;
}

const TOLERANCE_MS = 5 * MINUTE_MS;

export function createResendProvider({ secrets, clock }: ResendOptions): FeedbackProvider {
  const keys = secrets.map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
  if (keys.length === 0 || keys.some(({ length }) => length < 16))
    throw new Error('a Resend webhook secret is missing or too short');

  return {
    async read(request) {
      verify(request, keys, clock);
      const { type, data } = parseObject(request.body.toString('utf8'));
      return feedbackOf(type, asObject(data));
    },
  };
}

function verify({ headers, body }: WebhookRequest, keys: readonly Buffer[], clock: Clock): void {
  const header = (name: string) => asText(headers[`svix-${name}`] ?? headers[`webhook-${name}`]);
  const [id, timestamp] = [header('id'), header('timestamp')];
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) throw emailErrors.invalid_signature();
  const expected = keys.map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest());
  const signed = header('signature')
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice(3), 'base64'))
    .some((given) => expected.some((mac) => equalSecrets(mac, given)));
  const ageMs = clock.now().getTime() - Number(timestamp) * SECOND_MS;
  if (!signed || Math.abs(ageMs) > TOLERANCE_MS) throw emailErrors.invalid_signature();
}

function feedbackOf(type: unknown, data: Record<string, unknown>): Feedback[] {
  const to = asList(data.to).map(asText);
  if (type === 'email.complained') return to.map((address) => ({ address, reason: 'complaint', detail: '' }));
  const bounce = asObject(data.bounce);
  if (type !== 'email.bounced' || bounce.type !== 'Permanent') return [];
  return to.map((address) => ({ address, reason: 'hard_bounce', detail: detailOf(bounce.subType) }));
}
