/** The OpenAPI 3.1 document, generated from the route schemas. */
import swagger from '@fastify/swagger';
import type { HttpServer } from './fastify.ts';

export interface OpenApiOptions {
  title: string;
  version: string;
  description: string;
  serverUrl: string;
  /** In the order in which readers meet them. */
  tags?: readonly string[];
}

/** Collects every route registered after it; `/openapi.json` serves the document. */
export async function describeApi(
  app: HttpServer,
  { title, version, description, serverUrl, tags }: OpenApiOptions,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description },
      servers: [{ url: serverUrl }],
      ...(tags && { tags: tags.map((name) => ({ name })) }),
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
    document ??= JSON.stringify(withOptionalBodies(app.swagger()));
    return reply.type('application/json').header('cache-control', 'public, max-age=300').send(document);
  });
}

/** A body that may be null may be left out, which the generator does not see. */
function withOptionalBodies<T extends object>(document: T): T {
  const { paths = {} } = document as { paths?: Record<string, Record<string, Operation>> };
  for (const { requestBody } of Object.values(paths).flatMap((path) => Object.values(path))) {
    const types = requestBody?.content?.['application/json']?.schema?.type;
    if (requestBody && Array.isArray(types) && types.includes('null')) requestBody.required = false;
  }
  return document;
}

interface Operation {
  requestBody?: { required?: boolean; content?: Record<string, { schema?: { type?: string | string[] } }> };
}
