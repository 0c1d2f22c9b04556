/** Amazon SES, through an SNS topic: bounces and complaints, as identity notifications or as events of a configuration set. */
import { type Clock, HOUR_MS, MINUTE_MS } from '../../../platform/clock.ts';
import { emailErrors } from '../errors.ts';
import { asList, asObject, asText, detailOf, type Feedback, type FeedbackProvider, parseObject } from './feedback.ts';
import { createSnsCertificates, isSnsUrl, type SnsMessage, verifySnsSignature } from './sns-signature.ts';

export interface SesOptions {
  /** Anyone can have SNS sign a message of a topic of theirs, so the topics must be known. */
  topicArns: readonly string[];
  clock: Clock;
  /** For tests. */
  fetch?: typeof globalThis.fetch;
}

/** SNS repeats a message for at most an hour, with the time of the first try. */
const MAX_AGE_MS = HOUR_MS + 5 * MINUTE_MS;
const MAX_SKEW_MS = 5 * MINUTE_MS;
const CONFIRM_TIMEOUT_MS = 5_000;

export function createSesProvider({ topicArns, clock, fetch = globalThis.fetch }: SesOptions): FeedbackProvider {
  const certificates = createSnsCertificates({ clock, fetch });

  return {
    async read({ body }) {
      const message = parseEnvelope(body);
      // Before the certificate is fetched: a stranger's message shall cost nothing.
      const ageMs = clock.now().getTime() - Date.parse(asText(message.Timestamp));
      const timely = ageMs <= MAX_AGE_MS && ageMs >= -MAX_SKEW_MS;
      if (!timely || !topicArns.includes(asText(message.TopicArn))) throw emailErrors.invalid_signature();
      await verifySnsSignature(message, certificates);

      if (message.Type === 'Notification') return feedbackOf(asText(message.Message));
      if (message.Type === 'SubscriptionConfirmation') await confirm(message, fetch);
      return [];
    },
  };
}

/** The signature is inside the JSON, so what can't be parsed is not signed. */
function parseEnvelope(body: Buffer): SnsMessage {
  try {
    return parseObject(body.toString('utf8'));
  } catch {
    throw emailErrors.invalid_signature();
  }
}

/** The topic asks whether it may call here. Answered by opening a URL, which only SNS may name. */
async function confirm(message: SnsMessage, fetch: typeof globalThis.fetch): Promise<void> {
  const url = asText(message.SubscribeURL);
  if (!isSnsUrl(url)) throw emailErrors.invalid_signature();
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(CONFIRM_TIMEOUT_MS) });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the confirmation was answered with ${response.status}`);
  } catch (cause) {
    throw emailErrors.signature_unverifiable({ cause, headers: { 'retry-after': '20' } });
  }
}

/** `notificationType` in notifications of an identity, `eventType` in events of a configuration set; otherwise alike. */
function feedbackOf(text: string): Feedback[] {
  // A topic also carries texts that are not JSON, such as the one that says a notification was set up.
  if (!text.startsWith('{')) return [];
  const event = parseObject(text);
  const type = event.notificationType ?? event.eventType;
  if (type === 'Bounce') return bounces(asObject(event.bounce));
  if (type === 'Complaint') return complaints(asObject(event.complaint));
  return [];
}

function bounces({ bounceType, bounceSubType, bouncedRecipients }: Record<string, unknown>): Feedback[] {
  if (bounceType !== 'Permanent') return [];
  return asList(bouncedRecipients)
    .map(asObject)
    .map(({ emailAddress, status }) => ({
      address: asText(emailAddress),
      reason: 'hard_bounce',
      detail: detailOf(bounceSubType, status),
    }));
}

function complaints({ complaintFeedbackType: type, complainedRecipients }: Record<string, unknown>): Feedback[] {
  // RFC 5965 section 7.3: somebody took the email out of the spam folder.
  if (type === 'not-spam') return [];
  return asList(complainedRecipients)
    .map(asObject)
    .map(({ emailAddress }) => ({ address: asText(emailAddress), reason: 'complaint', detail: detailOf(type) }));
}
