/** Warns of endpoints that fail for days, and disables them; tells those who may manage them. */
import { and, eq } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { Audit } from '../../audit/audit.ts';
import type { MemberMail, Organizations } from '../../organizations/organizations.ts';
import type { webhookEmails } from '../emails.ts';
import { type DisabledReason, webhookEndpoints } from '../schema.ts';
import type { ClaimedEndpoint, Health } from './claims.ts';
import { disabledOn, verdict } from './schedule.ts';

export interface Disabling {
  /**
   * Decides about an endpoint that failed, and does it.
   * @returns when its people were warned, if they were
   */
  judge(endpoint: ClaimedEndpoint, health: Health, gone: boolean): Promise<Date | null>;
  /** Disables an endpoint, if it is enabled. @returns whether it was */
  disable(endpoint: Pick<ClaimedEndpoint, 'organizationId' | 'id' | 'url'>, reason: DisabledReason): Promise<boolean>;
}

export interface DisablingOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  sendToMembers: Organizations['sendToMembers'];
  appUrl: string;
}

type Template = keyof typeof webhookEmails.emails;
type Endpoint = Pick<ClaimedEndpoint, 'organizationId' | 'id' | 'url'>;

export function createDisabling({ db, clock, audit, sendToMembers, appUrl }: DisablingOptions): Disabling {
  const tell = <T extends Template>(tx: Transaction, endpoint: Endpoint, template: T, key: string, more: object) => {
    const { organizationId, id, url } = endpoint;
    const shown = { endpoint: new URL(url).host, url: `${appUrl}/webhooks`, ...more };
    const data = shown as unknown as MemberMail<T>['data'];
    const holders = 'webhooks:manage';
    return sendToMembers(tx, { organizationId, holders, template, key: `${template}:${id}:${key}`, data });
  };

  const disable: Disabling['disable'] = (endpoint, reason) =>
    transact(db, async (tx) => {
      const { organizationId, id } = endpoint;
      const now = clock.now();
      const [disabled] = await tx
        .update(webhookEndpoints)
        .set({ enabled: false, disabledReason: reason, disabledAt: now, updatedAt: now })
        .where(
          and(
            eq(webhookEndpoints.organizationId, organizationId),
            eq(webhookEndpoints.id, id),
            eq(webhookEndpoints.enabled, true),
          ),
        )
        .returning({ id: webhookEndpoints.id });
      if (!disabled) return false;
      const actor = { type: reason === 'operator' ? 'operator' : 'system' } as const;
      const target = { type: 'webhook_endpoint', id };
      const action = 'webhook_endpoint.disabled';
      await audit.append(tx, { ownerId: organizationId, action, actor, target, details: { reason } });
      await tell(tx, endpoint, 'webhook-disabled', String(now.getTime()), {});
      return true;
    });

  return {
    disable,

    async judge(endpoint, { failingSince, warnedAt }, gone) {
      const now = clock.now();
      const since = failingSince ?? now;
      const decided = gone ? 'disable' : verdict(since, warnedAt, now);
      if (decided === 'disable') await disable(endpoint, gone ? 'gone' : 'failing');
      if (decided !== 'warn') return warnedAt;
      const later = Math.max(disabledOn(since).getTime(), now.getTime() + WARNED_MS);
      const data = { since: since.toISOString(), disabledOn: new Date(later).toISOString() };
      await transact(db, (tx) => tell(tx, endpoint, 'webhook-failing', String(since.getTime()), data));
      return now;
    },
  };
}

/** At least so long before an endpoint is disabled its people are warned. */
const WARNED_MS = 2 * 86_400_000;
