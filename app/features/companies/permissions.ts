/**
 * Managing is for owners only: whoever decides where members of the verified domains sign in can sign in as any of them, owners included.
 */
import { definePermissionIncludes, definePermissions } from '../organizations/organizations.ts';

const permissions = definePermissions({
  'company-sign-in:read': ['admin'],
  'company-sign-in:manage': [],
  'policy:read': 'all',
  'policy:manage': [],
});
// Every member holds it: keys of before would otherwise no longer hold all that the role they grant does.
definePermissionIncludes('organization:read', ['policy:read']);
type OwnPermissions = typeof permissions;

declare module '../organizations/roles.ts' {
  interface DeclaredPermissions extends OwnPermissions {}
}
