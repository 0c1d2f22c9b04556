/** The outbox: an email is stored in the transaction of the change that causes it, and workers send it later (`delivery.ts`). */
import type { Transaction } from '../../platform/database/database.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import { newId } from '../../platform/security/random.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { parseAddress } from './addresses.ts';
import type { EmailData, TemplateName } from './declaration.ts';
import { deliverQueue } from './queues.ts';
import { emailMessages } from './schema.ts';

export interface NewEmail<T extends TemplateName> {
  template: T;
  /** One mailbox that `parseAddress` takes, without spaces around it. */
  to: string;
  /** A BCP 47 tag; what is not translated is emailed in English. */
  locale: string;
  data: EmailData<T>;
  /** Names the transition, e.g. `password-changed:<user id>:<credential id>`: the same key is emailed once. */
  key: string;
  /** The user whom the email is about. It is exported and deleted with this user. */
  userId?: string | undefined;
}

/** Queues an email. It is sent if, and only if, `tx` commits. @returns false when `key` was emailed before */
export type SendEmail = <T extends TemplateName>(tx: Transaction, email: NewEmail<T>) => Promise<boolean>;

const SEALING_PURPOSE = 'email_messages.data';

export interface OutboxOptions {
  jobs: Pick<Jobs, 'enqueue'>;
  sealer: Sealer;
  metrics: Pick<Metrics, 'email_messages_total'>;
}

export function createOutbox({ jobs, sealer, metrics }: OutboxOptions): SendEmail {
  return async (tx, { template, to, locale, data, key, userId }) => {
    if (to !== to.trim() || !parseAddress(to)) throw new TypeError('a mail needs one mailbox as its recipient');
    const [queued] = await tx
      .insert(emailMessages)
      .values({
        id: newId(),
        userId: userId ?? null,
        template,
        locale,
        toAddress: to,
        key,
        data: sealer.seal(SEALING_PURPOSE, JSON.stringify(data)),
      })
      .onConflictDoNothing({ target: emailMessages.key })
      .returning({ id: emailMessages.id });
    if (!queued) return false;
    await jobs.enqueue(tx, deliverQueue, { messageId: queued.id });
    // Counted before the commit, since nobody hears of it here: one that is rolled back is counted all the same.
    metrics.email_messages_total.inc({ template, outcome: 'queued' });
    return true;
  };
}

/** The data of a queued email. @throws Error when the secret that sealed it is gone from `APP_SECRET` */
export function openData(sealer: Sealer, sealed: Buffer): Record<string, unknown> {
  return JSON.parse(sealer.open(SEALING_PURPOSE, sealed).toString('utf8'));
}
