import { definePermissionIncludes, definePermissions, defineRoles } from '../organizations/organizations.ts';

const roles = defineRoles({ billing: 'Sees and pays what the organization is charged.' });
type OwnRoles = typeof roles;

declare module '../organizations/roles.ts' {
  interface DeclaredRoles extends OwnRoles {}
  interface DeclaredPermissions extends OwnPermissions {}
}

const permissions = definePermissions({
  'billing:read': ['admin', 'billing'],
  'billing:manage': ['admin', 'billing'],
  'usage:report': ['admin', 'billing'],
});
type OwnPermissions = typeof permissions;
// Keys of 0.1.0 report usage with `billing:manage`.
definePermissionIncludes('billing:manage', ['usage:report']);
