/** The operations of email: webhooks of email providers, and unsubscribing. */
import { Type } from 'typebox';
import type { Database } from '../../platform/database/database.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { bytes, type Guard, type Operations, orForm, publicRoute } from '../../platform/http/operations/operations.ts';
import { OneOf, StatusOf } from '../../platform/http/schemas.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { emailErrors } from './errors.ts';
import { reactivate, suppress } from './suppression.ts';
import { UNSUBSCRIBE_PATH, type Unsubscribing } from './unsubscribing.ts';
import type { Feedback, FeedbackProvider } from './webhooks/feedback.ts';

export type ProviderName = 'ses' | 'postmark' | 'resend';

export interface EmailRoutesOptions {
  db: Database;
  logger: Logger;
  unsubscribing: Unsubscribing;
  /** Those that are configured; the others are 404. */
  providers: ReadonlyMap<string, { name: ProviderName; feedback: FeedbackProvider }>;
}

/** SES sends the original headers along; SNS carries 256 KiB at most. */
const WEBHOOK_LIMIT_BYTES = 300 * 1024;

export const webhooksTag = { name: 'Webhooks', description: 'Called by providers of email and payments.' };

/** Each provider signs its own way; `FeedbackProvider.read` verifies. */
const signedByProvider: Guard<null> = {
  ...publicRoute,
  errors: [emailErrors.invalid_signature, emailErrors.signature_unverifiable],
};

const token = Type.String({ minLength: 1, maxLength: 1_000, description: 'From the link in the email.' });
const oneClick = Type.Object({ 'List-Unsubscribe': OneOf(['One-Click']) });

const isReactivation = ({ reason }: Feedback) => reason === 'reactivated';
const isSuppression = (report: Feedback): report is Feedback & { reason: 'hard_bounce' | 'complaint' } =>
  !isReactivation(report);

export function emailRoutes(operations: Operations, options: EmailRoutesOptions): void {
  const { db, logger, unsubscribing, providers } = options;
  const webhooks = operations.at('/v1/webhooks/email', { tag: webhooksTag });

  webhooks.operation('POST', '/:provider', {
    guard: signedByProvider,
    operationId: 'receiveEmailWebhook',
    summary: 'Receive bounces and complaints from an email provider',
    description:
      'Called by Amazon SES (through SNS), Postmark and Resend. The body is theirs, signed their way. Hard bounces and complaints ' +
      'end in the suppression list, and addresses that Postmark reactivates leave it; everything else is acknowledged and ignored. 200 means stored.',
    params: { provider: Type.String({ description: '`ses`, `postmark` or `resend`.', examples: ['ses'] }) },
    receives: bytes(WEBHOOK_LIMIT_BYTES),
    answers: { 200: StatusOf('WebhookStored', 'stored') },
    errors: [httpErrors.not_found, httpErrors.malformed_json],
    async handle({ params, body, request: { headers, ip } }) {
      const provider = providers.get(params.provider);
      if (!provider) throw httpErrors.not_found();
      const { name, feedback } = provider;
      const reports = await feedback.read({ headers, body, ipAddress: ip });
      const unreadable = await db.transaction(async (tx) => {
        for (const { address } of reports.filter(isReactivation)) await reactivate(tx, address, name);
        return suppress(
          tx,
          reports.filter(isSuppression).map((report) => ({ ...report, provider: name })),
        );
      });
      if (unreadable > 0) logger.warn({ provider: name, unreadable }, 'email provider reported invalid addresses');
      return { status: 'stored' };
    },
  });

  const email = operations.at('', { tag: { name: 'Email', description: 'Called by recipients of emails.' } });
  email.operation('POST', UNSUBSCRIBE_PATH, {
    guard: publicRoute,
    operationId: 'unsubscribeEmail',
    summary: 'Unsubscribe an address from bulk email',
    description:
      'With one click from an email program (RFC 8058: a form, the token in the query) or from the page that the link in the email ' +
      'opens (JSON). Email that is needed, such as a password reset, is still sent. A GET changes nothing.',
    query: { token: Type.Optional(token) },
    body: { token },
    example: { token: 'pVd0…' },
    // RFC 8058 section 3.1: email programs post a form; the token is in the query, the form is always the same.
    receives: orForm({ token }, oneClick),
    answers: { 204: 'Unsubscribed, now or before.' },
    errors: [emailErrors.invalid_unsubscribe_token],
    async handle({ query, body }) {
      // Without a body nothing was checked: such a POST comes neither from an email program nor from the page.
      const posted = (body ?? {}) as { token?: string; 'List-Unsubscribe'?: string };
      const token = ('List-Unsubscribe' in posted ? query.token : posted.token) ?? '';
      await db.transaction((tx) => unsubscribing.redeem(tx, token));
    },
  });
}
