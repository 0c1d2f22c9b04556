/** Builds the OpenAPI 3.1 document from the declared operations. Every object and every enumeration with a title becomes a component. */
import type { TSchema } from 'typebox';
import type { ProblemFactory } from '../../errors.ts';
import { ProblemOf } from '../schemas.ts';
import type { AnswerDeclaration, Operation, Tag } from './declaration.ts';
import { errorsOf } from './declaration.ts';
import { type HeaderName, headers } from './headers.ts';
import { isSchema } from './registration.ts';

export interface DocumentInfo {
  title: string;
  version: string;
  description: string;
  serverUrl: string;
}

/** A request that the service sends to others (OpenAPI 3.1, `webhooks`). */
export interface OutgoingRequest {
  /** Its name in the document. */
  readonly name: string;
  readonly summary: string;
  readonly tag: Tag;
  /** Header -> its meaning. */
  readonly headers: Readonly<Record<string, string>>;
  /** The schema of the body, with an example. */
  readonly body: TSchema;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * @param outgoing the requests that the service sends
 * @throws Error if two different schemas have the same title
 */
export function describeOperations(
  operations: readonly Operation[],
  info: DocumentInfo,
  outgoing: readonly OutgoingRequest[] = [],
) {
  const components = createComponents();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][operation.method.toLowerCase()] = describe(operation, components);
  }
  const webhooks = outgoing.map((request) => [request.name, { post: describeOutgoing(request, components) }]);
  const schemes = operations.flatMap(({ guard }) => guard.security.filter((scheme) => scheme !== 'none'));
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: info.version, description: info.description },
    servers: [{ url: info.serverUrl }],
    tags: [...new Set([...operations, ...outgoing].map(({ tag }) => tag))],
    paths,
    ...(webhooks.length > 0 && { webhooks: Object.fromEntries(webhooks) }),
    components: {
      securitySchemes: Object.fromEntries(schemes.map(({ name, definition }) => [name, definition])),
      headers: Object.fromEntries(components.usedHeaders().map((name) => [name, headers[name]])),
      schemas: components.schemas(),
    },
  };
}

function describe(operation: Operation, components: Components): Json {
  const { operationId, summary, description, tag, guard, answers } = operation;
  const parameters = [
    ...parametersOf('path', operation.params, components),
    ...parametersOf('query', operation.query, components),
    ...operation.requestHeaders.map((name) => ({ name, in: 'header', required: false, ...headers[name] })),
  ];
  const problem = components.add(
    ProblemOf(`${pascal(operationId)}Problem`, [...new Set(errorsOf(operation).map(({ code }) => code))].sort()),
  );
  const body = bodyOf(operation, components);
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag.name],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    security: guard.security.map((scheme) => (scheme === 'none' ? {} : { [scheme.name]: [] })),
    ...(guard.permission && { 'x-permission': guard.permission }),
    ...(operation.whileActing && { 'x-while-acting': operation.whileActing }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer, operation, components)]),
      ),
      ...problemResponses(errorsOf(operation), answers, problem, components),
    },
  };
}

function describeOutgoing({ name, summary, tag, headers: sent, body }: OutgoingRequest, components: Components): Json {
  const { examples = [] } = body as { examples?: unknown[] };
  return {
    operationId: name.replace(/[._](\w)/g, (_match, letter: string) => letter.toUpperCase()),
    summary,
    tags: [tag.name],
    security: [],
    parameters: Object.entries(sent).map(([header, description]) => ({
      ...{ name: header, in: 'header', required: true, description },
      schema: { type: 'string' },
    })),
    requestBody: {
      required: true,
      content: { 'application/json': { schema: components.add(body), example: examples[0] } },
    },
    responses: { '2XX': { description: 'Received. Any other answer is a failed attempt, which is repeated.' } },
  };
}

function parametersOf(place: 'path' | 'query', schema: Operation['params'], components: Components): Json[] {
  const required: readonly string[] = schema?.required ?? [];
  return Object.entries(schema?.properties ?? {}).map(([name, field]) => {
    const { description, examples, ...rest } = field as Json & { examples?: unknown[] };
    // A schema with a name is described once, under that name.
    const schema = 'title' in rest ? { ...rest, description } : rest;
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      ...(examples && { example: examples[0] }),
      schema: components.add(schema as TSchema),
    };
  });
}

function bodyOf({ body, operationId, example, receives }: Operation, components: Components): Json | undefined {
  if (!body) return undefined;
  const schema = components.add({ title: pascal(operationId), ...body } as TSchema);
  return {
    required: !receives.optional,
    content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
  };
}

function describeAnswer(answer: AnswerDeclaration, { answerHeaders }: Operation, components: Components): Json {
  const sent = components.headers([...ALWAYS_SENT, ...answerHeaders]);
  if (typeof answer === 'string') return { description: answer, headers: sent };
  if (!isSchema(answer)) {
    const { description, mediaType } = answer as { description: string; mediaType: string };
    return { description, headers: sent, content: { [mediaType]: { schema: { type: 'string' } } } };
  }
  const { examples, description = 'Success' } = answer as { examples?: unknown[]; description?: string };
  const media = { schema: components.add(answer), ...(examples && { example: examples[0] }) };
  return { description, headers: sent, content: { 'application/json': media } };
}

const ALWAYS_SENT: readonly HeaderName[] = ['x-request-id', 'x-trace-id'];

/** An answer that the operation declares takes precedence over an error with the same status. */
function problemResponses(errors: ProblemFactory[], answers: object, problem: Json, components: Components) {
  const byStatus = Object.groupBy(
    errors.filter(({ status }) => !(status in answers)),
    ({ status }) => status,
  );
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, ofStatus = []]) => [
      status,
      {
        description: [...new Set(ofStatus.map(({ code }) => `\`${code}\``))].join(', '),
        headers: components.headers([...ALWAYS_SENT, ...ofStatus.flatMap((error) => error.headers as HeaderName[])]),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
}

interface Components {
  /** Returns the schema as it appears in the document: a reference if it has a title. */
  add(schema: TSchema): Json;
  headers(names: readonly HeaderName[]): Json;
  schemas(): Json;
  usedHeaders(): HeaderName[];
}

/** Keywords whose values contain schemas. */
const NESTED = ['items', 'additionalProperties'];
const LISTS = ['anyOf', 'allOf', 'oneOf'];
const MAPS = ['properties', 'patternProperties'];

function createComponents(): Components {
  const schemas = new Map<string, Json>();
  const used = new Set<HeaderName>();

  function convert(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const { title, examples: _shown, document = {}, ...schema } = value as Record<string, unknown>;
    // TypeBox marks its schemas with members that are not part of JSON Schema.
    const converted: Record<string, unknown> = { ...schema, ...(document as object) };
    for (const key of NESTED) if (key in converted) converted[key] = convert(converted[key]);
    for (const key of LISTS) if (key in converted) converted[key] = (converted[key] as unknown[]).map(convert);
    for (const key of MAPS) {
      if (!(key in converted)) continue;
      const entries = Object.entries(converted[key] as object).map(([name, member]) => [name, convert(member)]);
      converted[key] = Object.fromEntries(entries);
    }
    if (title === undefined) return converted;
    const known = schemas.get(String(title));
    if (known && JSON.stringify(known) !== JSON.stringify(converted)) {
      throw new Error(`Two schemas have the title ${title}. Give one of them another title.`);
    }
    schemas.set(String(title), converted);
    return { $ref: `#/components/schemas/${title}` };
  }

  return {
    add: (schema) => convert(schema) as Json,
    headers(names) {
      for (const name of names) used.add(name);
      return Object.fromEntries([...new Set(names)].map((name) => [name, { $ref: `#/components/headers/${name}` }]));
    },
    schemas: () => Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
    usedHeaders: () => [...used].sort(),
  };
}

function pascal(operationId: string): string {
  return operationId.charAt(0).toUpperCase() + operationId.slice(1);
}
