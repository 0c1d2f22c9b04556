/** The job that sends one email: take it, check that it may be sent, render, send, record. */
import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../platform/database/database.ts';
import type { JobHandler, Jobs } from '../../platform/jobs/jobs.ts';
import { PermanentFailure } from '../../platform/jobs/queues.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { domainOf } from './addresses.ts';
import {
  beginAttempt,
  type EmailMessage,
  extendLease,
  MAX_ATTEMPTS,
  recordFailed,
  recordSent,
  recordSuppressed,
  scheduleRetry,
} from './attempts.ts';
import { declarationOf, type EmailData, type TemplateName } from './declaration.ts';
import { TemplateError } from './fields.ts';
import { openData } from './outbox.ts';
import { deliverQueue } from './queues.ts';
import { emailMessages } from './schema.ts';
import { suppressionOf } from './suppression.ts';
import { renderTemplate } from './templates.ts';
import type { EmailTransport, OutgoingEmail, SendOutcome } from './transport.ts';
import type { Unsubscribing } from './unsubscribing.ts';

type Failure = Exclude<SendOutcome, { kind: 'accepted' }>;

export interface DeliveryOptions {
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  sealer: Sealer;
  logger: Logger;
  metrics: Pick<Metrics, 'email_messages_total' | 'email_delivery_seconds'>;
  transport: EmailTransport;
  unsubscribing: Unsubscribing;
  productName: string;
  /** `Name <mailbox>` or a mailbox. */
  from: string;
}

export function createDelivery(options: DeliveryOptions): JobHandler<{ messageId: string }> {
  const { db, transport, metrics } = options;

  return {
    queue: deliverQueue,
    async handle({ messageId: id }, { signal }) {
      const message = await beginAttempt(db, id);
      if (!message) return standBack(options, id);

      const suppressedBy = await suppressionOf(db, message.toAddress, { bulk: isBulk(message) });
      if (suppressedBy) {
        await recordSuppressed(db, id, suppressedBy);
        metrics.email_messages_total.inc({ template: message.template, outcome: 'suppressed' });
        return;
      }

      const email = compose(options, message);
      const outcome = 'kind' in email ? email : await transport.send(email, signal, () => holdOn(options, message));
      if (outcome.kind !== 'accepted') return recordFailure(options, message, outcome);

      const seconds = await recordSent(db, id, {
        messageId: messageIdOf(message, options.from),
        response: outcome.response,
      });
      metrics.email_messages_total.inc({ template: message.template, outcome: 'sent' });
      metrics.email_delivery_seconds.observe(seconds);
    },
  };
}

/** The email must not be sent now: it is done, not due yet, leased to another worker, or its last try ended with the worker's death. */
async function standBack(options: DeliveryOptions, id: string): Promise<void> {
  const [found] = await options.db
    .select({ message: emailMessages, due: sql<boolean>`${emailMessages.nextAttemptAt} <= now()` })
    .from(emailMessages)
    .where(eq(emailMessages.id, id));
  if (found?.message.status !== 'queued') return;
  const { message, due } = found;
  if (due && message.attempts >= MAX_ATTEMPTS) return giveUp(options, message, 'the worker died in the last try');
  await options.jobs.enqueue(options.db, deliverQueue, { messageId: id }, { startAfter: message.nextAttemptAt });
}

/** All of the email is sent, and the server may take minutes to answer. Another worker must not send it meanwhile. */
function holdOn({ db, logger }: DeliveryOptions, message: EmailMessage): void {
  extendLease(db, message).catch((err) =>
    logger.warn({ err, messageId: message.id }, 'the lease of a mail was not extended'),
  );
}

/** An email ready to send, or why it cannot be made. */
function compose(
  { sealer, productName, from, unsubscribing }: DeliveryOptions,
  message: EmailMessage,
): OutgoingEmail | Failure {
  // While a release is rolled out, workers of the one before meet emails that only the new one knows.
  if (!declarationOf(message.template)) return { kind: 'unavailable', reason: 'unknown template' };
  try {
    const links = isBulk(message) ? unsubscribing.linksFor(message.toAddress) : undefined;
    const data = { ...openData(sealer, message.data!), ...(links && { unsubscribeUrl: links.page }) };
    const content = renderTemplate(
      message.template as TemplateName,
      message.locale,
      data as unknown as EmailData<TemplateName>,
      productName,
    );
    return {
      ...content,
      messageId: messageIdOf(message, from),
      from,
      to: message.toAddress,
      // RFC 3834 section 5: keeps out-of-office replies away.
      headers: { 'Auto-Submitted': 'auto-generated', ...links?.headers },
    };
  } catch (error) {
    if (error instanceof TemplateError) return { kind: 'refused', reason: error.message };
    // Most likely sealed with a secret that was taken out of APP_SECRET: an operator may put it back.
    return { kind: 'unavailable', reason: 'its data cannot be opened with the current APP_SECRET' };
  }
}

async function recordFailure(options: DeliveryOptions, message: EmailMessage, failure: Failure): Promise<void> {
  const { kind, reason } = failure;
  if (kind === 'refused') return giveUp(options, message, reason);
  if (!(await scheduleRetry(options.db, options.jobs, message, { kind, reason })))
    return giveUp(options, message, reason);
  const { id, template, attempts } = message;
  options.logger.warn({ messageId: id, template, attempt: attempts, reason }, 'mail not accepted; will be tried again');
}

/** Ends in the dead letters, of the outbox and of the queue. @throws PermanentFailure always */
async function giveUp({ db, metrics }: DeliveryOptions, message: EmailMessage, reason: string): Promise<never> {
  await recordFailed(db, message, reason);
  metrics.email_messages_total.inc({ template: message.template, outcome: 'failed' });
  throw new PermanentFailure(`mail ${message.id} (${message.template}) given up: ${reason}`);
}

function isBulk({ template }: EmailMessage): boolean {
  return declarationOf(template)?.bulk ?? false;
}

/** The same for every try of an email, redriven ones included (RFC 5322 section 3.6.4). */
function messageIdOf({ id }: EmailMessage, from: string): string {
  return `<${id}@${domainOf(from)}>`;
}
