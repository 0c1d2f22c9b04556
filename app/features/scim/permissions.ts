import { definePermissions } from '../organizations/organizations.ts';

/** A SCIM token may remove an owner, so only owners make one. */
const permissions = definePermissions({
  'scim:read': ['admin'],
  'scim:manage': [],
});
type OwnPermissions = typeof permissions;

declare module '../organizations/roles.ts' {
  interface DeclaredPermissions extends OwnPermissions {}
}
