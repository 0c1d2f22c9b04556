/** The operations of the OpenAPI document, as far as a test needs them to send requests that are almost right. */
import type { TestService } from '../service.ts';

export interface Operation {
  id: string;
  method: string;
  /** With `{name}` for its parameters. */
  path: string;
  /** Whether it wants a caller. */
  secured: boolean;
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
 * @param known values of path parameters that exist, so that a request gets past the question whether they do
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
    for (const [method, { operationId: id, security, parameters = [], requestBody }] of Object.entries(item)) {
      const json = requestBody?.content['application/json'];
      operations.push({
        id,
        method: method.toUpperCase(),
        path,
        secured: security.length > 0,
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
  security: unknown[];
  parameters?: (Parameter & { in: string })[];
  requestBody?: { content: Record<string, { schema: Schema; example?: Record<string, unknown> }> };
}

/** The JSON types that a schema admits. */
export function typesOf({ type, anyOf, const: fixed }: Schema): Set<string> {
  if (anyOf) return new Set(anyOf.flatMap((schema) => [...typesOf(schema)]));
  if (fixed !== undefined) return new Set([typeof fixed]);
  // An enum has no type of its own; those here are of strings.
  return new Set([type ?? 'string'].flat());
}
