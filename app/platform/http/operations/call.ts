import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf, type RequestOrigin } from '../caller.ts';

/** One request to an operation, as its handler sees it. It uses getters, so that a handler pays only for the values that it reads. */
export class Call<Access, Body, Query, Params> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.request = request;
    this.reply = reply;
  }

  /** The guard's knowledge of the caller. */
  get access(): Access {
    return this.request.caller as Access;
  }

  get body(): Body {
    return this.request.body as Body;
  }

  get query(): Query {
    return this.request.query as Query;
  }

  get params(): Params {
    return this.request.params as Params;
  }

  /** The origin of the request, as sessions and audit events store it. */
  get origin(): RequestOrigin {
    return originOf(this.request);
  }
}
