/**
 * A guard decides who may call an operation. Features provide guards. The platform knows only their shape: the function that decides, the
 * errors that it throws, and the description for the OpenAPI document.
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

/** @template Access the information about the caller that a handler gets */
export interface Guard<Access extends Caller | null> {
  /**
   * Decides before the body is read, and again if the body arrived later, because access may have ended meanwhile. It must be safe to
   * repeat. @throws one of `errors`
   */
  readonly enter?: (request: FastifyRequest) => Promise<Access>;
  /** Every error that the guard throws. Operations do not repeat them. */
  readonly errors: readonly ProblemFactory[];
  /** Alternatives, one of which is enough. `none` stands for no authentication. Empty for public operations. */
  readonly security: readonly (SecurityScheme | 'none')[];
  /** Request headers that the guard reads, besides those of `security`. */
  readonly headers?: readonly HeaderName[];
  /** The permission that a member or an API key needs; `x-permission` in the document. */
  readonly permission?: string;
  /** True if it also lets in people who act in the name of the caller (`Caller.acting`). */
  readonly admitsActing?: true;
  /** A contradiction in the guard itself, if any. Declaring an operation with such a guard throws. */
  readonly fault?: string | undefined;
}

/** A guard that authenticates its caller. */
export interface CallerGuard<Access extends Caller> extends Guard<Access> {
  readonly enter: (request: FastifyRequest) => Promise<Access>;
  /** The caller whose idempotency keys are used. */
  readonly callerId: (access: Access) => string;
  /** The owner of the rows of a list. A cursor of one owner is refused for another. */
  readonly ownerId: (access: Access) => string;
}

/** The guard of operations that anybody may call. */
export const publicRoute: Guard<null> = { errors: [], security: [] };
