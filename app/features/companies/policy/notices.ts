/** The email to the owners of an organization whose policy changed. */
import type { Transaction } from '../../../platform/database/database.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Organizations } from '../../organizations/organizations.ts';

export interface PolicyNotices {
  changed(tx: Transaction, organizationId: string): Promise<void>;
}

export interface PolicyNoticesOptions {
  send: Organizations['sendToMembers'];
  appUrl: string;
}

export function createPolicyNotices({ send, appUrl: url }: PolicyNoticesOptions): PolicyNotices {
  return {
    changed: (tx, organizationId) =>
      send(tx, {
        ...{ organizationId, holders: 'owners:manage', template: 'organization-policy-changed' },
        ...{ key: `organization-policy-changed:${newId()}`, data: { url } },
      }),
  };
}
