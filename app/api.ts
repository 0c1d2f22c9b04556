/** The application factory: conventions, feature routes, error boundary. Never listens, never reads the environment. */
import { accountAppRoutes } from './account-app.ts';
import type { OpenApiDocument } from './documentation/openapi.ts';
import { documentationRoutes } from './documentation.ts';
import { migrationState } from './migrations.ts';
import { clockOffsetMs, describeOffset, MAX_OFFSET_MS } from './platform/database/clock-offset.ts';
import { describeState } from './platform/database/migrations/migrate.ts';
import type { HttpServer } from './platform/http/fastify.ts';
import { healthRoutes, type ReadinessCheck, ReadinessFailure } from './platform/http/health.ts';
import { describeOperations } from './platform/http/operations/document.ts';
import { createOperations } from './platform/http/operations/operations.ts';
import { createHttpServer } from './platform/http/server.ts';
import type { Service } from './wiring.ts';

/**
 * @param service what `wiring.ts` built
 * @param started fails while the process still starts something that callers use; nothing outside of development
 */
export async function createApi(service: Service, started?: ReadinessCheck): Promise<HttpServer> {
  const { config, logger, metrics, errors } = service;
  const problemBaseUrl = `${config.apiUrl}/docs/errors`;
  const app = await createHttpServer({
    logger,
    metrics,
    errors,
    corsOrigins: config.corsOrigins,
    trustProxy: config.trustProxy,
    problemBaseUrl,
    draining: () => service.draining() !== undefined,
    keepAliveSeconds: config.keepAliveSeconds,
  });
  const operations = createOperations(app, { cursors: service.cursors, idempotency: service.idempotency });
  for (const part of service.parts) {
    part.routes?.(operations);
    part.serve?.(app);
  }
  healthRoutes(operations, [...readinessChecks(service), ...(started ? [started] : [])]);
  const info = {
    title: `${config.productName} API`,
    version: '1',
    description: 'Accounts, sessions and what a product builds on them. Errors are problem documents (RFC 9457).',
    serverUrl: config.apiUrl,
  };
  const outgoing = service.parts.flatMap((part) => part.sends?.() ?? []);
  const describe = () => describeOperations(operations.all, info, outgoing) as OpenApiDocument;
  documentationRoutes(app, operations.all, describe);
  const { operator } = service as { operator?: { isOn: boolean } };
  accountAppRoutes(app, { building: service.development?.accountApp, console: operator?.isOn });
  await service.development?.routes(app);

  await app.ready();
  return app;
}

/** The parts that a process needs to take requests. */
function readinessChecks({ db, clock, draining }: Service): ReadinessCheck[] {
  return [
    {
      name: 'database',
      asksDatabase: true,
      async check() {
        const { rows } = await db.execute<{ mode: string }>("select current_setting('transaction_read_only') as mode");
        // A standby, or a primary that lost its role: it answers, and refuses every change.
        if (rows[0]?.mode === 'on') throw new ReadinessFailure('read-only: DATABASE_URL does not lead to the primary');
      },
    },
    {
      name: 'migrations',
      asksDatabase: true,
      async check() {
        const missing = describeState(await migrationState(db));
        if (missing) throw new ReadinessFailure(`${missing}; run npm run plinth -- migrate`);
      },
    },
    {
      name: 'clock',
      asksDatabase: true,
      async check() {
        const offsetMs = await clockOffsetMs(db, clock);
        // It is only shown. If the database's clock were the wrong one, a check of it would take every process out of service at once.
        if (Math.abs(offsetMs) > MAX_OFFSET_MS) return `${describeOffset(offsetMs)}: repair time synchronisation`;
      },
    },
    {
      name: 'draining',
      async check() {
        if (draining() === 'stopping') throw new ReadinessFailure('this process is stopping');
      },
    },
  ];
}
