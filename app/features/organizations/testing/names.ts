/** Names that others rely on, of kinds that only organizations have. */
import { permissions, roleNames } from '../roles.ts';

export const present = { permissions: new Set<string>(permissions), roles: new Set<string>(roleNames) };
