/** The access that a request to an organization has. `authorization.ts` decides it before the handler, and again where something is granted. */
import type { Transaction } from '../../platform/database/database.ts';
import type { Caller, RequestOrigin } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { Permission, Role } from './roles.ts';

export interface Access extends Caller {
  readonly organizationId: string;
  /** The member who calls or, with an API key, who created it. */
  readonly userId: string;
  /** The permissions of that member's role; for an API key, only those that its scopes include too. */
  readonly permissions: ReadonlySet<Permission>;
  /** True for a role that the caller may give or take. */
  readonly mayGrant: (role: Role) => boolean;
  /** When the API key that calls expires; null for one without end, and for a member. */
  readonly expiresAt: Date | null;
  /** As the audit trail names the caller. */
  readonly actor: { readonly type: 'user' | 'api_key' | 'scim_token'; readonly id: string };
  readonly origin: RequestOrigin;
  /**
   * Locks the organization and the account that acts for share, and decides again whether the session or the key is alive and the
   * permission is held: either may have ended while the request waited. A transaction that changes the organization must have locked it
   * for update before (`Memberships.enter`).
   * @returns the access as it is now, and until the transaction ends
   * @throws the errors of the guard: `session_revoked`, `unauthenticated`, `not_found`, `forbidden`
   */
  again(tx: Transaction, permission: Permission): Promise<Access>;
  /**
   * Checks, where the settings ask for it, that the person who calls has proven who they are in the last minutes. An API key cannot: its
   * scopes limit it. To be called after `again` in the same transaction.
   * @throws `recent_sign_in_required`
   */
  recent(tx: Transaction): Promise<void>;
  /** The same whatever the settings say. @throws `recent_sign_in_required` */
  stepUp(tx: Transaction): Promise<void>;
  /** Does the same as `again` in a transaction of its own. For use before a request to another service, during which no transaction may stay open. */
  confirm(permission: Permission): Promise<void>;
}

/** @throws `forbidden`, naming the permission */
export function requirePermission(held: ReadonlySet<Permission>, permission: Permission): void {
  if (held.has(permission)) return;
  throw httpErrors.forbidden({ detail: `This needs the permission ${permission}.`, extensions: { permission } });
}

/** @throws `forbidden` where the caller would give or take a role above their own */
export function requireGrant({ mayGrant }: Access, role: Role): void {
  if (mayGrant(role)) return;
  throw httpErrors.forbidden({ detail: `The role ${role} allows more than you may give or take.` });
}
