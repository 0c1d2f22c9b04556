/**
 * Roles, and the permissions that they hold. A feature or a product declares its own with `defineRoles` and
 * `definePermissions`. An owner holds every permission.
 */

/** Every declared permission. A feature adds its own here by merging (`declare module`). */
export interface DeclaredPermissions extends OwnPermissions {}
/** Every declared role, likewise. */
export interface DeclaredRoles extends OwnRoles {}

export type Permission = keyof DeclaredPermissions & string;
export type Role = keyof DeclaredRoles & string;

/** All permissions. An operation needs one, and an API key has some as its scopes. The list grows while features are loaded. */
export const permissions: Permission[] = [];
export const roleNames: Role[] = [];
/** The permissions of each role. */
export const roles = {} as Record<Role, Set<Permission>>;
const heldByAll: Permission[] = [];
const included = new Map<Permission, readonly Permission[]>();

/** Declares roles, each with its meaning. @throws Error when one is declared twice */
export function defineRoles<const R extends string>(meanings: Record<R, string>): Record<R, string> {
  for (const role of Object.keys(meanings) as unknown as Role[]) {
    if (role in roles) throw new Error(`role declared twice: ${role}`);
    roleNames.push(role);
    roles[role] = new Set(role === 'owner' ? permissions : heldByAll);
  }
  return meanings;
}

/**
 * Declares permissions, named `<things>:<verb>`.
 * @param held permission -> the roles that hold it beside the owner; `all` means every role, those declared later too
 * @throws Error when a permission is declared twice, or a role is not declared
 */
export function definePermissions<const P extends string>(
  held: Record<P, 'all' | readonly Role[]>,
): Record<P, 'all' | readonly Role[]> {
  for (const [name, holders] of Object.entries(held) as [Permission, 'all' | readonly Role[]][]) {
    if (permissions.includes(name)) throw new Error(`permission declared twice: ${name}`);
    permissions.push(name);
    if (holders === 'all') heldByAll.push(name);
    for (const role of holders === 'all' ? roleNames : (['owner', ...holders] as const)) {
      if (!(role in roles)) throw new Error(`the permission ${name} names the role ${role}, which is not declared`);
      roles[role].add(name);
    }
  }
  return held;
}

/**
 * Declares what the scopes of API keys include: whoever was given `permission` holds `others` too, where the role allows them. A permission
 * that is split off an older one is included by it, so that existing keys go on working.
 */
export function definePermissionIncludes(permission: Permission, others: readonly Permission[]): void {
  included.set(permission, [...(included.get(permission) ?? []), ...others]);
}

/** Scopes with everything that they include. */
export const withIncluded = (scopes: readonly Permission[]): Set<Permission> =>
  new Set(scopes.flatMap((scope) => [scope, ...(included.get(scope) ?? [])]));

const ownRoles = defineRoles({
  owner: 'Holds every permission.',
  admin: 'Manages members, keys and the organization itself.',
  member: 'Belongs to the organization.',
});
type OwnRoles = typeof ownRoles;

const ownPermissions = definePermissions({
  'organization:read': 'all',
  'organization:update': ['admin'],
  'organization:delete': [],
  'members:read': 'all',
  'members:invite': ['admin'],
  'members:manage': ['admin'],
  'owners:manage': [],
  'api-keys:read': ['admin'],
  'api-keys:write': ['admin'],
  'audit:read': ['admin'],
});
type OwnPermissions = typeof ownPermissions;

/** The permissions of a role; none if only another release, later or earlier, declares the role. */
export function permissionsOf(role: Role): ReadonlySet<Permission> {
  return roles[role] ?? NOTHING;
}

const NOTHING: ReadonlySet<Permission> = new Set();

/** True where someone with `held` may give or take `role`: nobody hands out, or takes away, more than they hold. */
export function mayGrant(held: ReadonlySet<Permission>, role: Role): boolean {
  return permissionsOf(role).isSubsetOf(held);
}
