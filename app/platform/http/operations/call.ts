import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf, type RequestOrigin } from '../caller.ts';

/** One request to an operation, as its handler sees it. Getters, so that a handler pays only for what it reads. */
export class Call<Access, Body, Query, Params> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.request = request;
    this.reply = reply;
  }

  /** What the guard knows of the caller. */
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

  /** Where the request came from: what sessions and audit events keep of it. */
  get origin(): RequestOrigin {
    return originOf(this.request);
  }
}
