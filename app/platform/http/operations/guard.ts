/**
 * A guard decides who may call an operation. Features provide guards; the platform knows only this shape: what runs, which errors it
 * throws, and how the OpenAPI document describes it.
 */
import type { FastifyRequest } from 'fastify';
import type { ProblemFactory } from '../../errors.ts';
import type { Caller } from '../caller.ts';
import type { HeaderName } from './headers.ts';

/** A way to authenticate, as the OpenAPI document names it (OpenAPI 3.1, Security Scheme Object). */
export interface SecurityScheme {
  readonly name: string;
  readonly definition: Readonly<Record<string, string>>;
}

/** @template Access what a handler learns about its caller */
export interface Guard<Access extends Caller | null> {
  /**
   * Decides before the body is read, and again after a body that arrived later: what was true before may have ended by then. It must be
   * safe to repeat. @throws one of `errors`
   */
  readonly enter?: (request: FastifyRequest) => Promise<Access>;
  /** Every error that the guard throws. Operations do not repeat them. */
  readonly errors: readonly ProblemFactory[];
  /** Alternatives: any one of them is enough. `none`: so is nothing. Empty for the public. */
  readonly security: readonly (SecurityScheme | 'none')[];
  /** Request headers that the guard reads, besides those of `security`. */
  readonly headers?: readonly HeaderName[];
  /** What a member or an API key needs; `x-permission` in the document. */
  readonly permission?: string;
  /** Why the guard itself makes no sense, if it does not: refused when an operation is declared with it. */
  readonly fault?: string | undefined;
}

/** A guard that knows its caller. */
export interface CallerGuard<Access extends Caller> extends Guard<Access> {
  readonly enter: (request: FastifyRequest) => Promise<Access>;
  /** The caller whose idempotency keys are used. */
  readonly callerId: (access: Access) => string;
  /** The owner of what a list shows: a cursor of one owner is refused for another. */
  readonly ownerId: (access: Access) => string;
}

/** For operations that anybody may call. */
export const publicRoute: Guard<null> = { errors: [], security: [] };
