import type { Executor, Transaction } from '../../platform/database/database.ts';
import type { ProblemFactory } from '../../platform/errors.ts';
import type { CallerGuard } from '../../platform/http/operations/guard.ts';
import type { UserCaller } from '../accounts/accounts.ts';
import type { AuditAction } from '../audit/audit.ts';
import type { Access } from './access.ts';

/** The work of later features when organizations change, in the same transaction. */
export interface OrganizationFollower {
  /**
   * Asked before somebody is invited, and again when somebody joins: the plan may have changed since the invitation.
   * @param members how many there would be; before an invitation, with those already invited
   * @throws one of `seatErrors`
   */
  requireSeats(organizationId: string, members: number): Promise<void>;
  readonly seatErrors: readonly ProblemFactory[];
  /** @returns the guard of the export of the audit trail, with what it needs beside the permission */
  guardTrailExport(guard: CallerGuard<Access>): CallerGuard<Access>;
  /**
   * Asked about each request of a member, after their role was found, and again where something is granted. Answers at once where it can: a
   * promise costs each request a turn of the event loop.
   * @param executor where it is decided again, from what is stored; absent: from memory. Where something is granted, the organization is locked
   *   for share
   * @throws one of `admissionErrors`
   */
  admit(organizationId: string, caller: UserCaller, executor?: Executor): void | Promise<void>;
  readonly admissionErrors: readonly ProblemFactory[];
  /** Asked before somebody is invited. The organization is locked. @throws `forbidden` */
  inviting(tx: Transaction, access: Access): Promise<void>;
  membersChanged(tx: Transaction, organizationId: string): Promise<void>;
  /** Asked before somebody joins by signing in, without an invitation. The organization is locked. False: the person stays outside. */
  mayJoin(tx: Transaction, organizationId: string, userId: string): Promise<boolean>;
  /** Somebody is a member now. The organization is locked. */
  memberJoined(tx: Transaction, organizationId: string, userId: string): Promise<void>;
  /** A membership has ended. The organization is locked. @param cause `member.removed` if somebody else has decided it */
  memberLeft(tx: Transaction, organizationId: string, userId: string, cause: AuditAction): Promise<void>;
  /** The rights of a member are about to be taken or reduced, and with them what the person has sent or made. */
  withdrawing(tx: Transaction, organizationId: string, userId: string): Promise<void>;
  deletionRequested(tx: Transaction, organizationId: string): Promise<void>;
  /** The purge begins; once for each organization. */
  purging(tx: Transaction, organizationId: string): Promise<void>;
  /** Removes what may be many rows, in batches; what is left goes with the organization's row. Repeatable. */
  emptying(organizationId: string): Promise<void>;
}

/** All followers as one. Each is asked in the order in which it was added, for what it has. */
export interface OrganizationFollowers extends OrganizationFollower {
  add(follower: Partial<OrganizationFollower>): void;
}

/** Does nothing, and allows everything. */
const IDLE: OrganizationFollower = {
  async requireSeats() {},
  seatErrors: [],
  guardTrailExport: (guard) => guard,
  admit() {},
  admissionErrors: [],
  async inviting() {},
  async membersChanged() {},
  mayJoin: async () => true,
  async memberJoined() {},
  async memberLeft() {},
  async withdrawing() {},
  async deletionRequested() {},
  async purging() {},
  async emptying() {},
};

export function createOrganizationFollowers(): OrganizationFollowers {
  const all: Partial<OrganizationFollower>[] = [];
  return {
    add: (follower) => void all.push({ ...IDLE, ...follower }),
    async requireSeats(organizationId, members) {
      for (const follower of all) await follower.requireSeats?.(organizationId, members);
    },
    get seatErrors() {
      return all.flatMap(({ seatErrors = [] }) => seatErrors);
    },
    guardTrailExport: (guard) =>
      all.reduce((guarded, follower) => follower.guardTrailExport?.(guarded) ?? guarded, guard),
    admit(organizationId, caller, executor) {
      const waiting = all.flatMap((follower) => follower.admit?.(organizationId, caller, executor) ?? []);
      if (waiting.length > 0) return Promise.all(waiting).then(() => {});
    },
    get admissionErrors() {
      return all.flatMap(({ admissionErrors = [] }) => admissionErrors);
    },
    async inviting(tx, access) {
      for (const follower of all) await follower.inviting?.(tx, access);
    },
    async membersChanged(tx, organizationId) {
      for (const follower of all) await follower.membersChanged?.(tx, organizationId);
    },
    async mayJoin(tx, organizationId, userId) {
      for (const follower of all) if ((await follower.mayJoin?.(tx, organizationId, userId)) === false) return false;
      return true;
    },
    async memberJoined(tx, organizationId, userId) {
      for (const follower of all) await follower.memberJoined?.(tx, organizationId, userId);
    },
    async memberLeft(tx, organizationId, userId, cause) {
      for (const follower of all) await follower.memberLeft?.(tx, organizationId, userId, cause);
    },
    async withdrawing(tx, organizationId, userId) {
      for (const follower of all) await follower.withdrawing?.(tx, organizationId, userId);
    },
    async deletionRequested(tx, organizationId) {
      for (const follower of all) await follower.deletionRequested?.(tx, organizationId);
    },
    async purging(tx, organizationId) {
      for (const follower of all) await follower.purging?.(tx, organizationId);
    },
    async emptying(organizationId) {
      for (const follower of all) await follower.emptying?.(organizationId);
    },
  };
}
