/** What a request to an organization may do: decided once, by `authorization.ts`, before the body is read. */
import type { Caller, RequestOrigin } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { mayGrant, type Permission, type Role } from './roles.ts';

export interface Access extends Caller {
  readonly organizationId: string;
  /** The member who calls or, with an API key, who created it. */
  readonly userId: string;
  /** What the role of that member allows and, with an API key, its scopes too. */
  readonly permissions: ReadonlySet<Permission>;
  /** When the API key that calls expires; null for one without end, and for a member. */
  readonly expiresAt: Date | null;
  /** As the audit trail names the caller. */
  readonly actor: { readonly type: 'user' | 'api_key'; readonly id: string };
  readonly origin: RequestOrigin;
}

/** The same access, with no permission beyond `allowed`. */
export function narrow(access: Access, allowed: ReadonlySet<Permission>): Access {
  return { ...access, permissions: access.permissions.intersection(allowed) };
}

/** @throws `forbidden`, naming the permission */
export function requirePermission(held: ReadonlySet<Permission>, permission: Permission): void {
  if (held.has(permission)) return;
  throw httpErrors.forbidden({ detail: `This needs the permission ${permission}.`, extensions: { permission } });
}

/** @throws `forbidden` where the caller would give or take a role above their own */
export function requireGrant({ permissions }: Access, role: Role): void {
  if (mayGrant(permissions, role)) return;
  throw httpErrors.forbidden({ detail: `The role ${role} allows more than you may give or take.` });
}
