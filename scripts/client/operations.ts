/** `operations.ts` of the client: one constant for each operation, so that a bundle contains those that a program uses. */
import { type OpenApiDocument, operationsOf, type PlacedOperation } from '../../app/documentation/openapi.ts';
import { comment, members, namedSchemas, quote, type Schema, typeOf } from './schemas.ts';
import { HEADER } from './types.ts';

const qualify = (name: string) => `types.${name}`;
const qualified = (schema: Schema) => typeOf(schema, qualify);

export function renderOperations(document: OpenApiDocument): string {
  const lines = operationsOf(document).map((operation) => render(operation, document));
  const imports = "import type { Operation } from '../operation.ts';\nimport type * as types from './types.ts';\n";
  return [HEADER + imports, ...lines].join('\n');
}

function render(operation: PlacedOperation, document: OpenApiDocument): string {
  const { operationId, method, path, summary, description } = operation;
  const answer = answerOf(operation);
  const words = [
    !needsToken(operation) && 'public',
    operation.parameters?.some(({ name }) => name.toLowerCase() === 'idempotency-key') && 'key',
    answer === 'Response' && 'stream',
  ].filter(Boolean);
  const text = [method, path, ...words].join(' ');
  const about = comment([summary, description].filter(Boolean).join('. '));
  const codes = codesOf(operation, namedSchemas(document));
  return `${about}export const ${operationId} = ${quote(text)} as Operation<${inputOf(operation)}, ${answer}, ${codes}>;\n`;
}

const needsToken = ({ security = [] }: PlacedOperation) => security.some((scheme) => 'accessToken' in scheme);

/** @throws Error if a parameter of the path and one of the query have the same name, or one is named `body` */
function inputOf({ parameters = [], requestBody, operationId }: PlacedOperation): string {
  const given = parameters.filter((each) => each.in === 'path' || each.in === 'query');
  const names = given.map(({ name }) => name);
  if (new Set([...names, 'body']).size !== names.length + 1) {
    throw new Error(`${operationId}: the client needs parameters with different names, none of which is "body".`);
  }
  const properties: Record<string, Schema> = Object.fromEntries(
    given.map(({ name, schema, description }) => [
      name,
      { ...(schema as Schema), ...(description && { description }) },
    ]),
  );
  const required = given.filter((each) => each.required).map(({ name }) => name);
  const body = requestBody?.content['application/json']?.schema as Schema | undefined;
  if (body) {
    properties.body = body;
    if (requestBody?.required) required.push('body');
  }
  return Object.keys(properties).length === 0 ? '{}' : `{\n${members({ properties, required }, qualified)}}`;
}

function answerOf({ responses }: PlacedOperation): string {
  const types = Object.entries(responses)
    .filter(([status]) => Number(status) < 400)
    .map(([, { content = {} }]) => {
      const schema = content['application/json']?.schema as Schema | undefined;
      if (schema) return qualified(schema);
      return Object.keys(content).length > 0 ? 'Response' : 'undefined';
    });
  return [...new Set(types)].join(' | ');
}

function codesOf({ responses }: PlacedOperation, schemas: Record<string, Schema>): string {
  const codes = Object.values(responses).flatMap(({ content }) => {
    const name = (content?.['application/problem+json']?.schema as Schema | undefined)?.$ref?.split('/').at(-1) ?? '';
    return schemas[`${name}Code`]?.enum ?? [];
  });
  return [...new Set(codes)].map((code) => quote(code)).join(' | ') || 'never';
}
