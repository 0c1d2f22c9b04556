/** Emails to the owners of an organization about its domains. The owner who makes the change gets them too. */
import type { Transaction } from '../../../platform/database/database.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Organizations } from '../../organizations/organizations.ts';
import type { DomainRow } from '../schema.ts';

/** Why a domain is no longer verified. */
export type LossReason = 'removed' | 'missing' | 'released';

export interface DomainNotices {
  verified(tx: Transaction, domain: DomainRow): Promise<void>;
  /** @param lostOn when the domain loses its verification */
  recordMissing(tx: Transaction, domain: DomainRow, lostOn: Date): Promise<void>;
  lost(tx: Transaction, domain: DomainRow, reason: LossReason): Promise<void>;
}

export interface DomainNoticesOptions {
  send: Organizations['sendToMembers'];
  appUrl: string;
}

export function createDomainNotices({ send, appUrl: url }: DomainNoticesOptions): DomainNotices {
  const holders = 'owners:manage';
  return {
    verified: (tx, { organizationId, domain }) =>
      send(tx, {
        ...{ organizationId, holders, template: 'domain-verified', key: `domain-verified:${newId()}` },
        data: { domain, url },
      }),

    recordMissing: (tx, { organizationId, domain, recordName }, lostOn) =>
      send(tx, {
        ...{ organizationId, holders, template: 'domain-record-missing', key: `domain-record-missing:${newId()}` },
        data: { domain, recordName, lostOn: lostOn.toISOString(), url },
      }),

    lost: (tx, { organizationId, domain }, reason) =>
      send(tx, {
        ...{ organizationId, holders, template: 'domain-lost', key: `domain-lost:${newId()}` },
        data: { domain, reason, url },
      }),
  };
}
