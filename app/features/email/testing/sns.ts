/** Amazon SNS as a test needs it: signs messages, serves its certificate, and records what is fetched. */
import { sign } from 'node:crypto';
import { canonicalText } from '../webhooks/sns-signature.ts';
import type { TestCertificate } from './certificate.ts';

export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:plinth-mail';
export const CERTIFICATE_URL = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem';

export type SnsFields = Record<string, string>;

/** A signed message, as SNS posts it. `fields` replace the usual ones before signing. */
export function signedMessage({ privateKey }: TestCertificate, fields: SnsFields): SnsFields {
  const message: SnsFields = {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: TOPIC,
    Timestamp: new Date().toISOString(),
    SignatureVersion: '2',
    SigningCertURL: CERTIFICATE_URL,
    Message: '',
    ...fields,
  };
  const algorithm = message.SignatureVersion === '1' ? 'sha1' : 'sha256';
  return { ...message, Signature: sign(algorithm, Buffer.from(canonicalText(message)), privateKey).toString('base64') };
}

/** The text of a bounce notification of SES about `address`. */
export function bounceOf(address: string, bounceType = 'Permanent'): string {
  return JSON.stringify({
    notificationType: 'Bounce',
    bounce: {
      bounceType,
      bounceSubType: 'General',
      bouncedRecipients: [{ emailAddress: address, status: '5.1.1', diagnosticCode: `smtp; 550 no ${address}` }],
    },
  });
}

/** The text of a complaint of SES about `address`, as an event of a configuration set. */
export function complaintOf(address: string, complaintFeedbackType = 'abuse'): string {
  return JSON.stringify({
    eventType: 'Complaint',
    complaint: { complainedRecipients: [{ emailAddress: address }], complaintFeedbackType },
  });
}

/** A `fetch` that knows a few pages. */
export function pages(answers: Record<string, () => Response>): typeof fetch & { readonly urls: string[] } {
  const urls: string[] = [];
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    urls.push(String(url));
    const answer = answers[String(url)];
    if (!answer) return new Response('no such page', { status: 404 });
    return answer();
  };
  return Object.assign(fetch as typeof globalThis.fetch, { urls });
}
