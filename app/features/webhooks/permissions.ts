import { definePermissions } from '../organizations/organizations.ts';

const permissions = definePermissions({
  'webhooks:read': ['admin'],
  'webhooks:manage': ['admin'],
});
type OwnPermissions = typeof permissions;

declare module '../organizations/roles.ts' {
  interface DeclaredPermissions extends OwnPermissions {}
}
