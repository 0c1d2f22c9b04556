/** The application factory: conventions, feature routes, error boundary. Never listens, never reads the environment. */
import { documentationRoutes } from './documentation.ts';
import { migrationsAreCurrent } from './platform/database/migrate.ts';
import type { HttpServer } from './platform/http/fastify.ts';
import { healthRoutes, ReadinessFailure } from './platform/http/health.ts';
import { describeApi } from './platform/http/openapi.ts';
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
  await describeApi(app, {
    title: `${config.productName} API`,
    version: '1',
    description: 'Accounts, sessions and what a product builds on them. Errors are problem documents (RFC 9457).',
    serverUrl: config.apiUrl,
    tags: [
      'Accounts',
      'Sessions',
      'Passwords',
      'Organizations',
      'Members',
      'Invitations',
      'API keys',
      'Billing',
      'Audit',
      'Email',
      'Webhooks',
      'Operations',
    ],
  });

  healthRoutes(app, [
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
  documentationRoutes(app);
  service.accounts.routes(app);
  service.organizations.routes(app);
  service.billing.routes(app);
  service.email.routes(app);
  await service.development?.routes(app);

  await app.ready();
  return app;
}
