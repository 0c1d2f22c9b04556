import { definePermissions, defineRoles } from '../organizations/organizations.ts';

const roles = defineRoles({ billing: 'Sees and pays what the organization is charged.' });
type OwnRoles = typeof roles;

declare module '../organizations/roles.ts' {
  interface DeclaredRoles extends OwnRoles {}
  interface DeclaredPermissions extends OwnPermissions {}
}

const permissions = definePermissions({
  'billing:read': ['admin', 'billing'],
  'billing:manage': ['admin', 'billing'],
});
type OwnPermissions = typeof permissions;
