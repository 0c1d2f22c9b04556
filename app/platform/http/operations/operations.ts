/**
 * Each operation is declared once. Its route, its guard, its documented errors, its paging, its caching and its idempotency follow. Verbs
 * cover the shapes that repeat; `operation` covers the others. Features provide the guards, which decide who may call.
 */
import type { FastifyReply } from 'fastify';
import type { Static, TObject, TSchema } from 'typebox';
import type { Transaction } from '../../database/database.ts';
import type { ProblemFactory } from '../../errors.ts';
import type { Caller } from '../caller.ts';
import { httpErrors } from '../errors.ts';
import type { HttpServer } from '../fastify.ts';
import { type Answer, type Idempotency, idempotencyErrors } from '../idempotency.ts';
import { type Cursors, toPage } from '../pagination.ts';
import { DEFAULT_LIMIT, Page, pageFields } from '../schemas.ts';
import { Call } from './call.ts';
import {
  type AnswerDeclaration,
  type Declaration,
  type Handler,
  type Operation,
  objectOf,
  requireConsistency,
  type Tag,
} from './declaration.ts';
import type { Fields, NoFields, ValuesOf } from './fields.ts';
import type { CallerGuard } from './guard.ts';
import type { HeaderName } from './headers.ts';
import { json, type Reception } from './reception.ts';
import { addRoute, callSite } from './registration.ts';

export type { Tag } from './declaration.ts';
export type { Fields, NoFields, ValuesOf } from './fields.ts';
export { type CallerGuard, type Guard, publicRoute, type SecurityScheme } from './guard.ts';
export { bytes, optional, orForm } from './reception.ts';

export interface Operations {
  /** Every operation declared so far, in the order of declaration. */
  readonly all: readonly Operation[];
  /**
   * Starts a group of operations below one path, under one tag.
   * @param params schemas of the parameters in `path`
   */
  at<Base extends Fields = NoFields>(path: string, group: { tag: Tag; params?: Base }): OperationGroup<Base>;
}

interface Shape<Access extends Caller | null, Base extends Fields, P extends Fields, Q extends Fields, B extends Fields>
  extends Declaration<Access, P, Q, B> {
  readonly params?: P & { [K in keyof Base]?: never };
}

interface Listed<
  Access extends Caller,
  Base extends Fields,
  P extends Fields,
  Q extends Fields,
  Row,
  Item extends TObject,
> extends Shape<Access, Base, P, Q, NoFields> {
  readonly guard: CallerGuard<Access>;
  /** The schema of an element of the page. */
  readonly item: Item;
  /** Reads rows. @param limit the maximum number of rows @param after the key of the last row of the previous page, if there is one */
  readonly rows: (
    call: Call<Access, undefined, ValuesOf<Q>, ValuesOf<Base & P>>,
    limit: number,
    after: readonly string[] | undefined,
  ) => Promise<readonly Row[]>;
  /** The columns that the list is ordered by, as text. */
  readonly keyOf: (row: Row) => readonly string[];
  readonly present: (row: Row, access: Access) => Static<Item>;
}

interface Got<Access extends Caller | null, Base extends Fields, P extends Fields, Q extends Fields, A extends TSchema>
  extends Shape<Access, Base, P, Q, NoFields> {
  readonly answer: A;
  readonly get: Handler<Access, Base & P, Q, undefined, Static<A>>;
}

interface Changed<
  Access extends Caller | null,
  Base extends Fields,
  P extends Fields,
  B extends Fields,
  A extends TSchema,
> extends Shape<Access, Base, P, NoFields, B> {
  readonly answer: A;
  readonly change: Handler<Access, Base & P, NoFields, ValuesOf<B>, Static<A>>;
}

interface Removed<Access extends Caller | null, Base extends Fields, P extends Fields, B extends Fields>
  extends Shape<Access, Base, P, NoFields, B> {
  /** The meaning of the empty answer. */
  readonly removed: string;
  readonly remove: Handler<Access, Base & P, NoFields, ValuesOf<B>, unknown>;
}

interface Created<Access extends Caller, Base extends Fields, P extends Fields, B extends Fields, A extends TSchema>
  extends Shape<Access, Base, P, NoFields, B> {
  readonly guard: CallerGuard<Access>;
  readonly answer: A;
  /** 201 if absent. */
  readonly status?: number;
}

interface Plain<
  Access extends Caller | null,
  Base extends Fields,
  P extends Fields,
  Q extends Fields,
  B extends Fields,
  Body,
  Answers,
> extends Shape<Access, Base, P, Q, B> {
  /** The first status is used if the handler sets none. */
  readonly answers: Answers;
  /** Request headers that the handler reads. */
  readonly reads?: readonly HeaderName[];
  /** How the body is received, if it is not a required JSON body. */
  readonly receives?: Reception<Body>;
  /** Response headers that the handler sets. */
  readonly sends?: readonly HeaderName[];
  readonly handle: Handler<Access, Base & P, Q, Body, AnswerOf<Answers>>;
}

type AnswerOf<Answers> = {
  [S in keyof Answers]: Answers[S] extends TSchema ? Static<Answers[S]> : unknown;
}[keyof Answers];

type AnswersOf = Readonly<Record<number, AnswerDeclaration>>;

export interface OperationGroup<Base extends Fields = NoFields> {
  /** `GET`: a page of rows, `{ data, nextCursor }`. */
  list<Access extends Caller, Row, Item extends TObject, P extends Fields = NoFields, Q extends Fields = NoFields>(
    path: string,
    declaration: Listed<Access, Base, P, Q, Row, Item>,
  ): void;
  /** `GET`: one resource. */
  get<Access extends Caller | null, A extends TSchema, P extends Fields = NoFields, Q extends Fields = NoFields>(
    path: string,
    declaration: Got<Access, Base, P, Q, A>,
  ): void;
  /** `POST` with an Idempotency-Key: `create` runs in the transaction that stores the answer. */
  create<Access extends Caller, A extends TSchema, P extends Fields = NoFields, B extends Fields = NoFields>(
    path: string,
    declaration: Created<Access, Base, P, B, A> & {
      readonly create: (
        tx: Transaction,
        call: Call<Access, ValuesOf<B>, undefined, ValuesOf<Base & P>>,
      ) => Promise<Static<A>>;
    },
  ): void;
  /** Like `create`, for work that calls another service, during which no transaction may stay open. `create` must be safe to repeat. */
  createBeyond<Access extends Caller, A extends TSchema, P extends Fields = NoFields, B extends Fields = NoFields>(
    path: string,
    declaration: Created<Access, Base, P, B, A> & {
      readonly create: (call: Call<Access, ValuesOf<B>, undefined, ValuesOf<Base & P>>) => Promise<Static<A>>;
    },
  ): void;
  /** `PATCH`: answers with the changed resource. */
  change<Access extends Caller | null, A extends TSchema, P extends Fields = NoFields, B extends Fields = NoFields>(
    path: string,
    declaration: Changed<Access, Base, P, B, A>,
  ): void;
  /** `DELETE`: 204. */
  remove<Access extends Caller | null, P extends Fields = NoFields, B extends Fields = NoFields>(
    path: string,
    declaration: Removed<Access, Base, P, B>,
  ): void;
  /** An operation that fits none of the verbs. */
  operation<
    Access extends Caller | null,
    const Answers extends AnswersOf,
    P extends Fields = NoFields,
    Q extends Fields = NoFields,
    B extends Fields = NoFields,
    Body = ValuesOf<B>,
  >(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    declaration: Plain<Access, Base, P, Q, B, Body, Answers>,
  ): void;
}

export interface OperationsOptions {
  cursors: Cursors;
  idempotency: Idempotency;
}

/** The parts that a verb adds to a declaration. */
interface Verb {
  answers: AnswersOf;
  query?: Fields;
  errors?: readonly ProblemFactory[];
  reads?: readonly HeaderName[];
  sends?: readonly HeaderName[];
  receives?: Reception<unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: the types of a declaration's parts are those of `OperationGroup`
type AnyDeclaration = Shape<any, any, any, any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
type Handle = (call: Call<any, any, any, any>) => unknown;

/** @returns the object on which features declare their operations; each becomes a route of `app` */
export function createOperations(app: HttpServer, { cursors, idempotency }: OperationsOptions): Operations {
  const all: Operation[] = [];

  function add(
    { path, tag, params }: { path: string; tag: Tag; params: Fields },
    method: string,
    below: string,
    declaration: AnyDeclaration,
    verb: Verb,
    handle: Handle,
  ): void {
    const { guard, operationId, summary, description, example, errors = [], caching = 'no-store' } = declaration;
    const { whileActing } = declaration;
    const { answers, receives = json } = verb;
    const operation: Operation = {
      ...{ method, tag, guard, operationId, summary, description, example, answers, receives, whileActing },
      path: path + below,
      params: objectOf({ ...params, ...declaration.params }),
      query: objectOf({ ...declaration.query, ...verb.query }),
      body: objectOf(declaration.body ?? {}),
      ownErrors: [...errors, ...(verb.errors ?? [])],
      requestHeaders: [...(guard.headers ?? []), ...(verb.reads ?? [])],
      answerHeaders: verb.sends ?? [],
      declaredAt: callSite(),
    };
    requireConsistency(operation, all);
    all.push(operation);
    const [first] = Object.entries(answers) as [[string, AnswerDeclaration]];
    const status = Number(first[0]);
    const isEmpty = typeof first[1] === 'string';
    addRoute(app, operation, async (request, reply) => {
      reply.code(status).header('cache-control', caching);
      const answer = await handle(new Call(request, reply));
      return isEmpty ? reply.send() : answer;
    });
  }

  function create(group: Parameters<typeof add>[0], below: string, declaration: AnyCreated, run: Run): void {
    const { status = 201, answer, guard } = declaration;
    const verb = {
      answers: { [status]: answer },
      errors: idempotencyErrors,
      reads: ['idempotency-key'] as const,
      sends: ['idempotency-replayed'] as const,
    };
    add(group, 'POST', below, declaration, verb, (call) =>
      run(call, guard.callerId(call.access), (body) => ({ status, body })),
    );
  }

  return {
    all,
    at(path, { tag, params = {} as never }) {
      const group = { path, tag, params };
      return {
        list(below, declaration) {
          const { guard, item, rows, keyOf, present } = declaration;
          const name = (path + below).split('/').at(-1)!;
          const verb = { answers: { 200: Page(item) }, query: pageFields, errors: [httpErrors.invalid_cursor] };
          add(group, 'GET', below, declaration, verb, async (call) => {
            const { access } = call;
            const { limit = DEFAULT_LIMIT, cursor } = call.query;
            const list = `${name} ${guard.ownerId(access)}`;
            const after = cursor === undefined ? undefined : cursors.decode(list, cursor);
            const encode = (row: Parameters<typeof keyOf>[0]) => cursors.encode(list, keyOf(row));
            return toPage(await rows(call, limit + 1, after), limit, (row) => present(row, access), encode);
          });
        },
        get(below, declaration) {
          add(group, 'GET', below, declaration, { answers: { 200: declaration.answer } }, declaration.get);
        },
        create(below, declaration) {
          create(group, below, declaration, (call, callerId, answer) =>
            idempotency.run(call.request, call.reply, callerId, async (tx) =>
              answer(await declaration.create(tx, call)),
            ),
          );
        },
        createBeyond(below, declaration) {
          create(group, below, declaration, (call, callerId, answer) =>
            idempotency.runBeyond(call.request, call.reply, callerId, async () =>
              answer(await declaration.create(call)),
            ),
          );
        },
        change(below, declaration) {
          add(group, 'PATCH', below, declaration, { answers: { 200: declaration.answer } }, declaration.change);
        },
        remove(below, declaration) {
          add(group, 'DELETE', below, declaration, { answers: { 204: declaration.removed } }, declaration.remove);
        },
        operation(method, below, declaration) {
          const { answers, reads, sends, receives } = declaration;
          add(group, method, below, declaration, { answers, reads, sends, receives } as Verb, declaration.handle);
        },
      };
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
type AnyCreated = Created<any, any, any, any, any>;
type Run = (call: Parameters<Handle>[0], callerId: string, answer: (body: unknown) => Answer) => Promise<FastifyReply>;
