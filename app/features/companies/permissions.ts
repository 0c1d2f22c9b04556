/**
 * Managing is for owners only: whoever decides where members of the verified domains sign in can sign in as any of them, owners included.
 */
import { definePermissions } from '../organizations/organizations.ts';

const permissions = definePermissions({
  'company-sign-in:read': ['admin'],
  'company-sign-in:manage': [],
});
type OwnPermissions = typeof permissions;

declare module '../organizations/roles.ts' {
  interface DeclaredPermissions extends OwnPermissions {}
}
