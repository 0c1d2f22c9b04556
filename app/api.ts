/** The application factory: conventions, feature routes, error boundary. Never listens, never reads the environment. */
import type { OpenApiDocument } from './documentation/openapi.ts';
import { documentationRoutes } from './documentation.ts';
import { migrationsAreCurrent } from './platform/database/migrate.ts';
import type { HttpServer } from './platform/http/fastify.ts';
import { healthRoutes, ReadinessFailure } from './platform/http/health.ts';
import { describeOperations } from './platform/http/operations/document.ts';
import { createOperations } from './platform/http/operations/operations.ts';
import { createHttpServer } from './platform/http/server.ts';
import type { Service } from './wiring.ts';

/** @param service what `wiring.ts` built */
export async function createApi(service: Service): Promise<HttpServer> {
  const { config, db, logger, metrics, errors } = service;
  const problemBaseUrl = `${config.apiUrl}/docs/errors`;
  const app = await createHttpServer({
    logger,
    metrics,
    errors,
    corsOrigins: config.corsOrigins,
    trustProxy: config.trustProxy,
    problemBaseUrl,
  });
  const operations = createOperations(app, { cursors: service.cursors, idempotency: service.idempotency });
  for (const part of service.parts) part.routes?.(operations);
  healthRoutes(operations, [
    { name: 'database', check: async () => void (await db.execute('select 1')) },
    {
      name: 'migrations',
      async check() {
        if (!(await migrationsAreCurrent(db))) throw new ReadinessFailure('pending: run npm run plinth -- migrate');
      },
    },
    {
      name: 'draining',
      async check() {
        if (service.draining()) throw new ReadinessFailure('this process is stopping');
      },
    },
  ]);
  const document = describeOperations(operations.all, {
    title: `${config.productName} API`,
    version: '1',
    description: 'Accounts, sessions and what a product builds on them. Errors are problem documents (RFC 9457).',
    serverUrl: config.apiUrl,
  });
  documentationRoutes(app, operations.all, document as OpenApiDocument);
  await service.development?.routes(app);

  await app.ready();
  return app;
}
