/** Reads the operations of the OpenAPI document, with the details that a test needs to send almost correct requests. */
import type { TestService } from '../service.ts';

export interface Operation {
  id: string;
  method: string;
  /** The path, with `{name}` for parameters. */
  path: string;
  /** True if the operation requires a caller. */
  secured: boolean;
  /** True if it takes an access token. */
  takesTokens: boolean;
  /** True if it takes an API key. */
  takesKeys: boolean;
  /** The permission that the caller needs in the organization of the path. */
  permission: string | undefined;
  pathParameters: Parameter[];
  queryParameters: Parameter[];
  body: { schema: Schema; example: Record<string, unknown> } | undefined;
}

export interface Parameter {
  name: string;
  schema: Schema;
  example?: unknown;
}

export interface Schema {
  type?: string | string[];
  format?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean;
  anyOf?: Schema[];
  const?: unknown;
}

/**
 * @param known values of path parameters that exist, so that a request does not fail with 404
 * @returns every operation that the service describes, and all methods of each path
 */
export async function readOperations(
  test: TestService,
  known: Record<string, string> = {},
): Promise<{ operations: Operation[]; methods: MethodsByPath }> {
  const { body: document } = await test.request('/openapi.json');
  const operations: Operation[] = [];
  const methods: MethodsByPath = new Map();
  for (const [path, item] of Object.entries<Record<string, RawOperation>>(document.paths)) {
    methods.set(path, new Set(Object.keys(item).map((method) => method.toUpperCase())));
    for (const [method, operation] of Object.entries(item)) {
      const { operationId: id, security, parameters = [], requestBody } = operation;
      const json = requestBody?.content['application/json'];
      operations.push({
        id,
        method: method.toUpperCase(),
        path,
        secured: security.length > 0,
        takesTokens: security.some((scheme) => 'accessToken' in scheme),
        takesKeys: security.some((scheme) => 'apiKey' in scheme),
        permission: operation['x-permission'],
        pathParameters: parameters
          .filter((parameter) => parameter.in === 'path')
          .map((parameter) => ({ ...parameter, example: known[parameter.name] ?? parameter.example })),
        queryParameters: parameters.filter((parameter) => parameter.in === 'query'),
        body: json && { schema: json.schema, example: json.example ?? {} },
      });
    }
  }
  return { operations, methods };
}

export type MethodsByPath = Map<string, Set<string>>;

interface RawOperation {
  operationId: string;
  security: object[];
  'x-permission'?: string;
  parameters?: (Parameter & { in: string })[];
  requestBody?: { content: Record<string, { schema: Schema; example?: Record<string, unknown> }> };
}

/** The JSON types that a schema accepts. */
export function typesOf({ type, anyOf, const: fixed }: Schema): Set<string> {
  if (anyOf) return new Set(anyOf.flatMap((schema) => [...typesOf(schema)]));
  if (fixed !== undefined) return new Set([typeof fixed]);
  // An enum has no type of its own. All enums here are of strings.
  return new Set([type ?? 'string'].flat());
}
