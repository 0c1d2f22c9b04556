/** The declaration of an operation. The route, its documented errors, its caching and its place in the document follow from it. */
import { type TObject, type TSchema, Type } from 'typebox';
import type { ProblemFactory } from '../../errors.ts';
import type { Caller } from '../caller.ts';
import { httpErrors } from '../errors.ts';
import type { Call } from './call.ts';
import type { Fields, ValuesOf } from './fields.ts';
import type { Guard } from './guard.ts';
import type { HeaderName } from './headers.ts';
import type { Reception } from './reception.ts';

/** A tag of the document: a group of operations under one heading. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

export interface Declaration<
  Access extends Caller | null,
  Params extends Fields,
  Query extends Fields,
  Body extends Fields,
> {
  readonly guard: Guard<Access>;
  /** Stable: generated clients name their functions after it. */
  readonly operationId: string;
  /** One line, for lists of operations. */
  readonly summary: string;
  /** Details that a caller needs beyond the summary. */
  readonly description?: string;
  /** Parameters of the path below the group's. */
  readonly params?: Params;
  readonly query?: Query;
  /** Members of the JSON body. Requests with unknown members are refused. */
  readonly body?: Body;
  /** A valid body, for the documentation. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** Errors of this operation only. The errors that the guard or the shape implies are added. */
  readonly errors?: readonly ProblemFactory[];
  /** The `Cache-Control` of answers; `no-store` if absent. */
  readonly caching?: string;
  /**
   * What somebody may do with it who acts in the name of the caller (`Caller.acting`): `never` for whatever touches a password, a factor, a
   * key, an export, a deletion, or who belongs to what; `always` for what ends the acting. If absent: GET always, everything else only if
   * the acting person may change things.
   */
  readonly whileActing?: WhileActing;
}

export type WhileActing = 'never' | 'always';

/** Empty answers describe what they mean. Other answers that are not JSON also name their media type. */
export type AnswerDeclaration = TSchema | string | { readonly description: string; readonly mediaType: string };

export type Handler<Access, Params extends Fields, Query extends Fields, Body, Answer> = (
  call: Call<Access, Body, ValuesOf<Query>, ValuesOf<Params>>,
) => Promise<Answer> | Answer;

/** A declared operation, without the types of its parts, for the document, the reference and the checks. */
export interface Operation {
  readonly method: string;
  /** In Fastify's notation: `/v1/sessions/:sessionId`. */
  readonly path: string;
  readonly tag: Tag;
  // biome-ignore lint/suspicious/noExplicitAny: the type of the guard's access matters to its handler only
  readonly guard: Guard<any>;
  readonly operationId: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly params: TObject | undefined;
  readonly query: TObject | undefined;
  readonly body: TSchema | undefined;
  readonly example: unknown;
  readonly receives: Reception<unknown>;
  readonly answers: Readonly<Record<number, AnswerDeclaration>>;
  /** Errors that neither the guard nor the shape implies. */
  readonly ownErrors: readonly ProblemFactory[];
  readonly whileActing: WhileActing | undefined;
  readonly requestHeaders: readonly HeaderName[];
  readonly answerHeaders: readonly HeaderName[];
  /** The file and line of the declaration, for error messages. */
  readonly declaredAt: string;
}

/** Returns the errors that follow from an operation's guard and shape. */
export function impliedErrors(operation: Operation): ProblemFactory[] {
  const { guard, body, query, params, receives } = operation;
  return [
    ...guard.errors,
    ...(guard.admitsActing && mayRefuseActing(operation) ? [httpErrors.acting_refused] : []),
    ...receives.errors,
    ...(body ? [httpErrors.malformed_json, httpErrors.payload_too_large, httpErrors.unsupported_media_type] : []),
    ...(body || query || params ? [httpErrors.validation_failed] : []),
    httpErrors.bad_request,
    httpErrors.internal_error,
    httpErrors.database_unavailable,
  ];
}

/** True if there is an acting person whom the operation refuses. */
function mayRefuseActing({ method, whileActing }: Pick<Operation, 'method' | 'whileActing'>): boolean {
  return whileActing === 'never' || (method !== 'GET' && whileActing !== 'always');
}

/** @throws `acting_refused` for somebody who acts in the name of the caller and may not do this */
export function requireOwnHand(operation: Pick<Operation, 'method' | 'whileActing'>, caller: Caller | null): void {
  if (!caller?.acting || !mayRefuseActing(operation)) return;
  if (operation.whileActing === 'never')
    throw httpErrors.acting_refused({
      detail: 'Passwords, factors, keys, exports, deletion and who belongs to what are for the person alone.',
    });
  if (!caller.acting.mayChange)
    throw httpErrors.acting_refused({ detail: 'This acting began for reading. Begin another one to change things.' });
}

/** Returns every error that an operation can answer with. */
export function errorsOf(operation: Operation): ProblemFactory[] {
  return [...new Set([...operation.ownErrors, ...impliedErrors(operation)])];
}

/** @throws Error if the declaration contradicts itself or another one. This is a programming error, which stops the start. */
export function requireConsistency(operation: Operation, others: readonly Operation[]): void {
  const { operationId, path, params, guard, ownErrors, declaredAt, method } = operation;
  const refuse = (fault: string): never => {
    throw new Error(`${declaredAt}: ${operationId} (${method} ${path}) ${fault}`);
  };
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const declared = Object.keys(params?.properties ?? {});
  for (const name of inPath) if (!declared.includes(name)) refuse(`has no schema for :${name}. Add it to \`params\`.`);
  for (const name of declared) {
    if (!inPath.includes(name))
      refuse(`declares the parameter ${name}, which its path lacks. Remove it from \`params\`.`);
  }
  if (guard.fault) refuse(guard.fault);
  const twin = others.find((other) => other.operationId === operationId);
  if (twin) refuse(`has the operationId of ${twin.method} ${twin.path} (${twin.declaredAt}). Choose another.`);
  const implied = new Set(impliedErrors(operation));
  const repeated = ownErrors.find((error) => implied.has(error));
  if (repeated) refuse(`lists ${repeated.code}, which its guard or its shape implies. Remove it from \`errors\`.`);
}

/** Returns a schema for an object without further members, or undefined if there are no fields. */
export function objectOf(fields: Fields): TObject | undefined {
  return Object.keys(fields).length > 0 ? Type.Object(fields, { additionalProperties: false }) : undefined;
}
