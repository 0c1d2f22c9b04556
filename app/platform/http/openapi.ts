/** The OpenAPI 3.1 document, generated from the route schemas. */
import swagger from '@fastify/swagger';
import type { HttpServer } from './fastify.ts';

export interface OpenApiOptions {
  title: string;
  version: string;
  description: string;
  serverUrl: string;
}

/** Collects every route registered after it; `/openapi.json` serves the document. */
export async function describeApi(
  app: HttpServer,
  { title, version, description, serverUrl }: OpenApiOptions,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description },
      servers: [{ url: serverUrl }],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of an organization: `plk_…`.' },
          accessToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'An access token of `POST /v1/sessions`.',
          },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _baseUri, _fragment, index) => String(json.$id ?? `schema${index}`) },
  });

  let document: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type('application/json').header('cache-control', 'public, max-age=300').send(document);
  });
}
