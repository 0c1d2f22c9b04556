/** The operations that name an organization, as the OpenAPI document tells of them. */
import { type Permission, permissions } from '../roles.ts';

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** Below the organization, e.g. `/members/{userId}`. */
  readonly path: string;
  readonly permission: Permission;
  /** The example of its request body, if it takes one. */
  readonly body: unknown;
}

interface Document {
  paths: Record<string, Record<string, Described>>;
}

interface Described {
  operationId: string;
  requestBody?: { content: { 'application/json': { example: unknown } } };
  'x-permission'?: string;
}

const ORGANIZATION = '/v1/organizations/{organizationId}';
/** For owners of a deleted organization, who have no access to it: such a route decides by itself, and has tests of its own. */
const BY_USER = new Set(['restoreOrganization']);

function described({ paths }: Document) {
  return Object.entries(paths)
    .filter(([path]) => path.startsWith(ORGANIZATION))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    )
    .filter(({ operationId }) => !BY_USER.has(operationId));
}

/** Operations that name an organization and no permission that exists: each is a hole. */
export function undeclared(document: unknown): string[] {
  return described(document as Document)
    .filter((operation) => !(permissions as readonly (string | undefined)[]).includes(operation['x-permission']))
    .map(({ operationId }) => operationId);
}

export function organizationOperations(document: unknown): Operation[] {
  return described(document as Document).map((operation) => ({
    operationId: operation.operationId,
    method: operation.method.toUpperCase(),
    path: operation.path.slice(ORGANIZATION.length),
    permission: operation['x-permission'] as Permission,
    body: operation.requestBody?.content['application/json'].example,
  }));
}
