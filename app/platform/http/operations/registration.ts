/** Registers operations as routes of Fastify. */
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import type { Caller } from '../caller.ts';
import type { HttpServer } from '../fastify.ts';
import { type AnswerDeclaration, type Operation, requireOwnHand } from './declaration.ts';
import { entering } from './entering.ts';

/** Adds the route. A route with its own body parsers gets its own scope. */
export function addRoute(
  app: HttpServer,
  operation: Operation,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): void {
  const { method, path, guard, receives } = operation;
  const enter = guard.enter && requiringOwnHand(operation, guard.enter);
  const route = {
    method,
    url: path,
    ...(enter && entering(enter)),
    ...(receives.limitBytes && { bodyLimit: receives.limitBytes }),
    schema: schemaOf(operation),
    handler,
  } as unknown as RouteOptions;
  const { prepare } = receives;
  if (!prepare) app.route(route as never);
  else {
    app.register(async (scope) => {
      prepare(scope as unknown as HttpServer);
      scope.route(route);
    });
  }
}

/** The decision of a guard, and of the operation about somebody who acts in another person's name. */
function requiringOwnHand(operation: Operation, enter: NonNullable<Operation['guard']['enter']>) {
  return async (request: FastifyRequest): Promise<Caller | null> => {
    const caller: Caller | null = await enter(request);
    if (caller?.acting) {
      // Known from here on, so that a refusal is logged with the person.
      request.caller = caller;
      requireOwnHand(operation, caller);
    }
    return caller;
  };
}

/** Returns the schemas that Fastify validates and serializes with. The error boundary serializes errors. */
function schemaOf({ body, query, params, answers, receives }: Operation) {
  const response = Object.entries(answers).filter((entry): entry is [string, TSchema] => isSchema(entry[1]));
  const checkedBody = receives.schemaOf(body);
  return {
    ...(checkedBody ? { body: checkedBody } : {}),
    ...(query && { querystring: query }),
    ...(params && { params }),
    response: Object.fromEntries(response),
  };
}

/** Returns true if an answer is JSON with a schema. */
export function isSchema(answer: AnswerDeclaration): answer is TSchema {
  return typeof answer !== 'string' && !('mediaType' in answer);
}

const MECHANISM = /\/platform\/http\/operations\/\w+\.ts:/;

/** Returns the file and line that declares an operation. */
export function callSite(): string {
  const lines = new Error().stack?.split('\n') ?? [];
  const frame = lines.slice(1).find((line) => !MECHANISM.test(line)) ?? '';
  return /([^/( ]*\/)?((app|test|scripts)\/[^:]+:\d+)/.exec(frame)?.[2] ?? 'unknown place';
}
