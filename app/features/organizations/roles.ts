/** Who may do what: the one table of roles and permissions. A product adds its own permissions and roles here. */

/** Each is what a route declares, and what an API key may be given as a scope. */
export const permissions = [
  'organization:read',
  'organization:update',
  'organization:delete',
  'members:read',
  'members:invite',
  'members:manage',
  'owners:manage',
  'api-keys:read',
  'api-keys:write',
  'audit:read',
  'billing:read',
  'billing:manage',
] as const;

export type Permission = (typeof permissions)[number];

const read: Permission[] = ['organization:read', 'members:read'];

export const roles = {
  owner: new Set<Permission>(permissions),
  admin: new Set<Permission>([
    ...read,
    'organization:update',
    'members:invite',
    'members:manage',
    'api-keys:read',
    'api-keys:write',
    'audit:read',
    'billing:read',
    'billing:manage',
  ]),
  member: new Set<Permission>(read),
  billing: new Set<Permission>([...read, 'billing:read', 'billing:manage']),
} as const satisfies Record<string, ReadonlySet<Permission>>;

export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as Role[];

/** Whether someone with `held` may give or take `role`: nobody hands out, or takes away, more than they hold. */
export function mayGrant(held: ReadonlySet<Permission>, role: Role): boolean {
  return roles[role].isSubsetOf(held);
}
