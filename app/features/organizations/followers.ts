import type { Transaction } from '../../platform/database/database.ts';

/** What features declared later do when organizations change, in the same transaction. */
export interface OrganizationFollower {
  /** Before someone is invited. @param members how many there would be, with those already invited. @throws `limit_reached` */
  requireSeats(organizationId: string, members: number): Promise<void>;
  membersChanged(tx: Transaction, organizationId: string): Promise<void>;
  deletionRequested(tx: Transaction, organizationId: string): Promise<void>;
  /** The purge begins; once for each organization. */
  purging(tx: Transaction, organizationId: string): Promise<void>;
  /** Removes what may be many rows, in batches; what is left goes with the organization's row. Repeatable. */
  emptying(organizationId: string): Promise<void>;
}

/** All followers as one. Each is asked in the order in which it was added. */
export interface OrganizationFollowers extends OrganizationFollower {
  add(follower: OrganizationFollower): void;
}

export function createOrganizationFollowers(): OrganizationFollowers {
  const all: OrganizationFollower[] = [];
  return {
    add: (follower) => void all.push(follower),
    async requireSeats(organizationId, members) {
      for (const follower of all) await follower.requireSeats(organizationId, members);
    },
    async membersChanged(tx, organizationId) {
      for (const follower of all) await follower.membersChanged(tx, organizationId);
    },
    async deletionRequested(tx, organizationId) {
      for (const follower of all) await follower.deletionRequested(tx, organizationId);
    },
    async purging(tx, organizationId) {
      for (const follower of all) await follower.purging(tx, organizationId);
    },
    async emptying(organizationId) {
      for (const follower of all) await follower.emptying(organizationId);
    },
  };
}
