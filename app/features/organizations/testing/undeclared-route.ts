/** A scratch operation below an organization, declared as given; for the test that finds holes. */
import { describeOperations } from '../../../platform/http/operations/document.ts';
import { publicRoute } from '../../../platform/http/operations/guard.ts';
import { createOperations } from '../../../platform/http/operations/operations.ts';
import { createHttpServer } from '../../../platform/http/server.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createMetrics } from '../../../platform/telemetry/metrics.ts';
import { ORGANIZATION_PATH, organizationParams } from '../routes/representations.ts';

/** @returns its OpenAPI document */
export async function documentWithRoute(permission: string | undefined): Promise<unknown> {
  const app = await createHttpServer({
    logger: createLogger({ level: 'fatal', release: 'test', destination: { write: () => {} } }),
    metrics: createMetrics({ release: 'test' }, { runtime: false }),
    corsOrigins: [],
    trustProxy: false,
    problemBaseUrl: 'https://api.example.com/docs/errors',
  });
  const operations = createOperations(app, { cursors: undefined as never, idempotency: undefined as never });
  const tag = { name: 'Widgets', description: '' };
  operations.at(ORGANIZATION_PATH, { tag, params: organizationParams }).operation('GET', '/widgets', {
    guard: { ...publicRoute, ...(permission && { permission }) },
    operationId: 'listWidgets',
    summary: 'List widgets',
    answers: { 204: 'None.' },
    handle: () => undefined,
  });
  await app.close();
  return describeOperations(operations.all, { title: '', version: '1', description: '', serverUrl: '' });
}
