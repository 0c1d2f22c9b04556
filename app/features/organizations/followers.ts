import type { Transaction } from '../../platform/database/database.ts';

/** What features declared later do when organizations change, in the same transaction. */
export interface OrganizationFollowers {
  /** Before someone is invited. @param members how many there would be, with those already invited. @throws `limit_reached` */
  requireSeats(organizationId: string, members: number): Promise<void>;
  membersChanged(tx: Transaction, organizationId: string): Promise<void>;
  deletionRequested(tx: Transaction, organizationId: string): Promise<void>;
  /** The purge begins; once for each organization. */
  purging(tx: Transaction, organizationId: string): Promise<void>;
  /** Removes what may be many rows, in batches; what is left goes with the organization's row. Repeatable. */
  emptying(organizationId: string): Promise<void>;
}
