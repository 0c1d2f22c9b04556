/** `/livez` answers while the process is alive. `/readyz` answers whether the process can do its work, and names the failed checks. */
import { Type } from 'typebox';
import { publicRoute } from './operations/guard.ts';
import type { Operations } from './operations/operations.ts';
import { OneOf, StatusOf } from './schemas.ts';

export interface ReadinessCheck {
  readonly name: string;
  /**
   * Resolves when the process can work.
   * @returns a warning that does not make the process unready, or nothing if all is well
   * @throws ReadinessFailure with a message that may be shown: no secrets, no addresses. Then the process is not ready
   */
  check(): Promise<string | undefined>;
  /**
   * True for a check that asks the database. That the database is away is shown, and leaves the process ready: no other process would do
   * better, and an orchestrator that replaced them all would have none left when the database is back, as they need it to start.
   */
  readonly asksDatabase?: true;
}

const CHECK_TIMEOUT_MS = 2_000;

const Readiness = Type.Object(
  {
    status: OneOf(['ok', 'degraded', 'unavailable'], { title: 'ReadinessStatus' }),
    checks: Type.Record(Type.String(), Type.String()),
  },
  {
    title: 'Readiness',
    examples: [{ status: 'ok', checks: { database: 'ok', migrations: 'ok', clock: 'ok', draining: 'ok' } }],
  },
);

export function healthRoutes(operations: Operations, checks: readonly ReadinessCheck[]): void {
  const health = operations.at('', {
    tag: { name: 'Operations', description: 'Health checks for load balancers and operators.' },
  });

  health.get('/livez', {
    guard: publicRoute,
    operationId: 'getLiveness',
    summary: 'Is the process alive?',
    answer: StatusOf('Liveness', 'ok'),
    get: () => ({ status: 'ok' as const }),
  });

  health.operation('GET', '/readyz', {
    guard: publicRoute,
    operationId: 'getReadiness',
    summary: 'Can the process take requests?',
    answers: { 200: Readiness, 503: Readiness },
    async handle({ reply }) {
      const results = await Promise.all(checks.map(async (check) => ({ name: check.name, ...(await outcome(check)) })));
      const status = STATUSES.findLast((one) => results.some((result) => result.status === one)) ?? 'ok';
      if (status === 'unavailable') reply.code(503);
      return { status, checks: Object.fromEntries(results.map(({ name, seen }) => [name, seen])) };
    },
  });
}

/** From the best to the worst. */
const STATUSES = ['ok', 'degraded', 'unavailable'] as const;
type Status = (typeof STATUSES)[number];

async function outcome({ check, asksDatabase }: ReadinessCheck): Promise<{ status: Status; seen: string }> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error('no answer in time')), CHECK_TIMEOUT_MS);
  try {
    return { status: 'ok', seen: (await Promise.race([check(), timeout.promise])) ?? 'ok' };
  } catch (error) {
    if (error instanceof ReadinessFailure) return { status: 'unavailable', seen: error.message };
    return asksDatabase
      ? { status: 'degraded', seen: 'the database does not answer' }
      : { status: 'unavailable', seen: 'failed' };
  } finally {
    clearTimeout(timer);
  }
}

/** A failed check with a reason that may be shown. */
export class ReadinessFailure extends Error {
  override readonly name = 'ReadinessFailure';
}
