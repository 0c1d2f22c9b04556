/** A small service with one route below an organization, declared as given; for the test that finds holes. */
import { describeApi } from '../../../platform/http/openapi.ts';
import { route } from '../../../platform/http/schemas.ts';
import { createHttpServer } from '../../../platform/http/server.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { createMetrics } from '../../../platform/telemetry/metrics.ts';
import { OrganizationParams } from '../routes/schemas.ts';

/** @returns its OpenAPI document */
export async function documentWithRoute(permission: string | undefined): Promise<unknown> {
  const app = await createHttpServer({
    logger: createLogger({ level: 'fatal', release: 'test', destination: { write: () => {} } }),
    metrics: createMetrics({ release: 'test' }, { runtime: false }),
    corsOrigins: [],
    trustProxy: false,
    problemBaseUrl: 'https://api.example.com/docs/errors',
  });
  await describeApi(app, { title: 'Scratch', version: '1', description: '', serverUrl: 'https://api.example.com' });
  app.get(
    '/v1/organizations/:organizationId/widgets',
    {
      schema: route({
        summary: 'List widgets',
        operationId: 'listWidgets',
        tag: 'Widgets',
        access: 'organization',
        ...(permission && { permission }),
        params: OrganizationParams,
        answers: { 204: 'None.' },
      }),
    },
    async (_request, reply) => reply.code(204).send(),
  );
  const answer = await app.inject('/openapi.json');
  await app.close();
  return answer.json();
}
