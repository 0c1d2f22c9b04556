/**
 * Email, the public surface: an outbox that commits with what it tells of, delivery by workers, suppression, unsubscribing.
 * Not here: what emails say (each feature's `emails.ts`), and when one is sent (the features that call `sendEmail`).
 */
import './settings.ts';
import './metrics.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database } from '../../platform/database/database.ts';
import { defineFeature, type Replacements } from '../../platform/feature.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { JobHandler, JobSchedule, Jobs } from '../../platform/jobs/jobs.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { type AddressStatus, createKnownStatuses, statusOf } from './address-status.ts';
import { domainOf } from './addresses.ts';
import { findMessage, listMessages, retryFailed } from './dead-letters.ts';
import { createDelivery } from './delivery.ts';
import { observeOldestUnsent } from './observation.ts';
import type { EmailOperations } from './operations.ts';
import { createOutbox, type SendEmail } from './outbox.ts';
import { tidyQueue } from './queues.ts';
import { createTidying, exportFor, forget, type Tidied, tidy } from './retention.ts';
import { emailRoutes, type ProviderName } from './routes.ts';

export { webhooksTag } from './routes.ts';

import { createSmtpTransport } from './smtp-transport.ts';
import { suppress, suppressionsOf, unsuppress } from './suppression.ts';
import { loadTemplates } from './templates.ts';
import type { EmailTransport } from './transport.ts';
import { createUnsubscribing } from './unsubscribing.ts';
import type { FeedbackProvider } from './webhooks/feedback.ts';
import { createPostmarkProvider, type PostmarkOptions } from './webhooks/postmark.ts';
import { createResendProvider, type ResendOptions } from './webhooks/resend.ts';
import { createSesProvider, type SesOptions } from './webhooks/ses.ts';

export { type AddressStatus, AddressStatusSchema } from './address-status.ts';
export { parseAddress } from './addresses.ts';
export type { EmailStatus, EmailSummary } from './dead-letters.ts';
export {
  button,
  defineEmails,
  details,
  type EmailData,
  type EmailTexts,
  notes,
  paragraph,
  type TemplateName,
} from './declaration.ts';
export { emailErrors } from './errors.ts';
export {
  count,
  day,
  dayNotice,
  device,
  duration,
  interval,
  link,
  maskedAddress,
  moment,
  money,
  moneyNotice,
  names,
  phraseOf,
  role,
  strangersName,
  words,
  wordsOrUnknown,
} from './fields.ts';
export type { SendEmail } from './outbox.ts';
export { createSmtpTransport } from './smtp-transport.ts';
export { nameForStrangers } from './stranger-names.ts';
export { createCapturingTransport, type EmailTransport } from './transport.ts';

const tidySchedule: JobSchedule = {
  queue: tidyQueue,
  cron: '17 * * * *',
  about: 'Deletes emails that are too old, and their content sooner.',
};

export interface EmailOptions {
  db: Database;
  feed: ChangeFeed;
  jobs: Pick<Jobs, 'enqueue'>;
  sealer: Sealer;
  clock: Clock;
  metrics: Metrics;
  logger: Logger;
  transport: EmailTransport;
  /** `PRODUCT_NAME`, which emails show. */
  productName: string;
  /** `EMAIL_FROM`: a mailbox, or `Name <mailbox>`. Its domain is the right part of every Message-ID. */
  from: string;
  /** `APP_URL`; bulk email links to its page `/unsubscribe?token=…`. */
  appUrl: string;
  /** `API_URL`; mail programs unsubscribe there. */
  apiUrl: string;
  /** The providers whose webhooks are answered; the others are 404. */
  webhooks?: {
    ses?: Omit<SesOptions, 'clock'> | undefined;
    postmark?: PostmarkOptions | undefined;
    resend?: Omit<ResendOptions, 'clock'> | undefined;
  };
}

export interface Email extends EmailOperations {
  sendEmail: SendEmail;
  /** Tells for each address if it gets emails. */
  statusOf: typeof statusOf;
  /** The same for one address, from memory. */
  knownStatusOf(address: string): AddressStatus | Promise<AddressStatus>;
  /** For the worker. */
  handlers: readonly JobHandler[];
  schedules: readonly JobSchedule[];
  /** Adds the webhooks and the unsubscribe endpoint. */
  routes(operations: Operations): void;
  /** Deletes what is old; also runs by its schedule. */
  purge(): Promise<Tidied>;
  /** Deletes every email about a user, or to addresses of theirs as a stranger, those not yet sent too, in batches. */
  forget(userId: string, addresses: readonly string[]): Promise<void>;
  /** The data of a user in this feature, and of their address. It is read in batches while it is iterated. */
  exportFor(userId: string, address: string): ReturnType<typeof exportFor>;
  close(): Promise<void>;
}

export function createEmail(options: EmailOptions): Email {
  const { db, jobs, clock, metrics, logger } = options;
  const unsubscribing = createUnsubscribing(options);
  loadTemplates();
  const providers = webhookProviders(options);
  const statuses = createKnownStatuses(options);
  observeOldestUnsent(db, metrics);

  return {
    sendEmail: createOutbox(options),
    statusOf,
    knownStatusOf: (address) => statuses.get(address) as AddressStatus | Promise<AddressStatus>,
    handlers: [createDelivery({ ...options, unsubscribing }), createTidying({ db, jobs, clock })] as JobHandler[],
    schedules: [tidySchedule],
    routes: (operations) => emailRoutes(operations, { db, logger, unsubscribing, providers }),
    probe: () => options.transport.probe(),
    list: (listing) => listMessages(db, listing),
    find: (id) => findMessage(db, id),
    suppressions: (address) => suppressionsOf(db, address),
    retry: (which) => retryFailed(db, jobs, which),
    suppress: async (address, detail) =>
      (await db.transaction((tx) => suppress(tx, [{ address, reason: 'manual', ...(detail && { detail }) }]))) === 0,
    unsuppress: (address, alongside) =>
      db.transaction(async (tx) => {
        const lifted = await unsuppress(tx, address);
        if (lifted) await alongside?.(tx);
        return lifted;
      }),
    purge: () => tidy({ db, jobs, clock }),
    forget: (userId, addresses) => forget(db, userId, addresses),
    exportFor: (userId, address) => exportFor(db, userId, address),
    close: async () => options.transport.close(),
  };
}

function webhookProviders({ webhooks = {}, clock }: EmailOptions) {
  const { ses, postmark, resend } = webhooks;
  const providers = new Map<string, { name: ProviderName; feedback: FeedbackProvider }>();
  if (ses) providers.set('ses', { name: 'ses', feedback: createSesProvider({ ...ses, clock }) });
  if (postmark) providers.set('postmark', { name: 'postmark', feedback: createPostmarkProvider(postmark) });
  if (resend) providers.set('resend', { name: 'resend', feedback: createResendProvider({ ...resend, clock }) });
  return providers;
}

interface EmailFeatureOptions
  extends Omit<EmailOptions, 'transport' | 'productName' | 'from' | 'appUrl' | 'apiUrl' | 'webhooks'> {
  config: {
    smtpUrl: string;
    productName: string;
    emailFrom: string;
    appUrl: string;
    apiUrl: string;
    sesTopicArns: readonly string[];
    postmarkWebhookAuth: readonly string[];
    postmarkWebhookSources: readonly string[];
    resendWebhookSecret: readonly string[];
  };
  replacements: Replacements;
}

declare module '../../platform/feature.ts' {
  interface Replacements {
    /** In place of the mail server. */
    transport?: EmailTransport;
  }
}

export const email = defineFeature({
  needs: [],
  create({ config, replacements, ...options }: EmailFeatureOptions): Email {
    const { sesTopicArns, postmarkWebhookAuth, postmarkWebhookSources, resendWebhookSecret } = config;
    return createEmail({
      ...options,
      transport:
        replacements.transport ?? createSmtpTransport({ url: config.smtpUrl, name: domainOf(config.emailFrom) }),
      productName: config.productName,
      from: config.emailFrom,
      appUrl: config.appUrl,
      apiUrl: config.apiUrl,
      webhooks: {
        ses: sesTopicArns.length > 0 ? { topicArns: sesTopicArns } : undefined,
        postmark:
          postmarkWebhookAuth.length > 0
            ? { credentials: postmarkWebhookAuth, sources: postmarkWebhookSources }
            : undefined,
        resend: resendWebhookSecret.length > 0 ? { secrets: resendWebhookSecret } : undefined,
      },
    });
  },
  commands: () => import('./commands.ts'),
  checks: () => import('./checks.ts'),
  development: () => import('./development.ts'),
});
