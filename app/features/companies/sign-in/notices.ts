/** The email to the owners of an organization whose identity provider changed. */
import type { Transaction } from '../../../platform/database/database.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Organizations } from '../../organizations/organizations.ts';

export interface ConnectionNotices {
  changed(tx: Transaction, organizationId: string): Promise<void>;
}

export interface ConnectionNoticesOptions {
  send: Organizations['sendToMembers'];
  appUrl: string;
}

export function createConnectionNotices({ send, appUrl: url }: ConnectionNoticesOptions): ConnectionNotices {
  return {
    changed: (tx, organizationId) =>
      send(tx, {
        ...{ organizationId, holders: 'owners:manage', template: 'company-sign-in-changed' },
        ...{ key: `company-sign-in-changed:${newId()}`, data: { url } },
      }),
  };
}
