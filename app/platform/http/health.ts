/** `/livez`: the process answers. `/readyz`: it can do its work; says which check failed. */
import { Type } from 'typebox';
import type { HttpServer } from './fastify.ts';
import { route } from './schemas.ts';

export interface ReadinessCheck {
  readonly name: string;
  /** Resolves when all is well. @throws with a message that may be shown: no secrets, no addresses */
  check(): Promise<void>;
}

const CHECK_TIMEOUT_MS = 2_000;

const Status = Type.Object({ status: Type.Literal('ok') }, { examples: [{ status: 'ok' }] });
const Readiness = Type.Object(
  {
    status: Type.Union([Type.Literal('ok'), Type.Literal('unavailable')]),
    checks: Type.Record(Type.String(), Type.String()),
  },
  { examples: [{ status: 'ok', checks: { database: 'ok', migrations: 'ok', draining: 'ok' } }] },
);

export function healthRoutes(app: HttpServer, checks: readonly ReadinessCheck[]): void {
  app.get(
    '/livez',
    {
      schema: route({
        summary: 'Is the process alive?',
        operationId: 'getLiveness',
        tag: 'Operations',
        access: 'public',
        answers: { 200: Status },
      }),
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      schema: route({
        summary: 'Can the process take requests?',
        operationId: 'getReadiness',
        tag: 'Operations',
        access: 'public',
        answers: { 200: Readiness, 503: Readiness },
      }),
    },
    async (_request, reply) => {
      const results = await Promise.all(checks.map(async (check) => [check.name, await outcome(check)] as const));
      const ok = results.every(([, result]) => result === 'ok');
      reply.header('cache-control', 'no-store').code(ok ? 200 : 503);
      return { status: ok ? ('ok' as const) : ('unavailable' as const), checks: Object.fromEntries(results) };
    },
  );
}

async function outcome({ check }: ReadinessCheck): Promise<string> {
  const timeout = Promise.withResolvers<string>();
  const timer = setTimeout(() => timeout.resolve('no answer in time'), CHECK_TIMEOUT_MS);
  try {
    return await Promise.race([check().then(() => 'ok'), timeout.promise]);
  } catch (error) {
    return error instanceof ReadinessFailure ? error.message : 'failed';
  } finally {
    clearTimeout(timer);
  }
}

/** A failed check with a reason that may be shown. */
export class ReadinessFailure extends Error {
  override readonly name = 'ReadinessFailure';
}
