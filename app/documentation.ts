/** The API reference at `/docs`, and a page for every error code at `/docs/errors/<code>`, where problem documents point. No scripts or styles of others. */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { readErrorPages, renderErrorIndex, renderErrorPage } from './documentation/errors.ts';
import { renderLlmsText } from './documentation/llms-text.ts';
import { dereference, type OpenApiDocument } from './documentation/openapi.ts';
import { sendPage, serveAsset } from './documentation/page.ts';
import { renderReference } from './documentation/reference.ts';
import { allErrors } from './platform/errors.ts';
import { httpErrors } from './platform/http/errors.ts';
import type { HttpServer } from './platform/http/fastify.ts';
import { errorsOf, type Operation } from './platform/http/operations/declaration.ts';

const CACHE_CONTROL = 'public, max-age=300';

/**
 * Adds the routes. Pages are made when first asked for, and kept.
 * @throws Error when a file of theirs is missing: found at the start, not by a reader
 */
export function documentationRoutes(
  app: HttpServer,
  operations: readonly Operation[],
  described: OpenApiDocument,
): void {
  for (const name of ['base.css', 'reference.css', 'reference.js', 'copy.js', 'icon.svg']) {
    serveAsset(app, `/docs/assets/${name}`, new URL(`./documentation/assets/${name}`, import.meta.url));
  }
  const errorPages = readErrorPages();
  requireErrorPages(operations, errorPages);

  const made = new Map<string, string>();
  const send = (reply: FastifyReply, name: string, make: () => string) => {
    const page = made.get(name) ?? make();
    made.set(name, page);
    return sendPage(reply, page, CACHE_CONTROL);
  };
  const document = dereference(described);
  const text = JSON.stringify(described);
  app.get('/openapi.json', (_request, reply) =>
    reply.type('application/json').header('cache-control', CACHE_CONTROL).send(text),
  );
  app.get('/llms.txt', (_request, reply) =>
    reply.type('text/plain; charset=utf-8').header('cache-control', CACHE_CONTROL).send(renderLlmsText(document)),
  );
  app.get('/docs', async (_request, reply) => send(reply, 'reference', () => renderReference(document)));
  app.get('/docs/errors', async (_request, reply) =>
    send(reply, 'errors', () => renderErrorIndex(document, allErrors())),
  );
  app.get(
    '/docs/errors/:code',
    { schema: { params: Type.Object({ code: Type.String() }) } },
    async (request, reply) => {
      const { code } = request.params;
      const markdown = errorPages.get(code);
      if (markdown === undefined) throw httpErrors.not_found({ detail: 'There is no such error code.' });
      return send(reply, `error ${code}`, () => renderErrorPage(document, code, markdown));
    },
  );
}

function requireErrorPages(operations: readonly Operation[], pages: ReadonlyMap<string, string>): void {
  for (const operation of operations) {
    for (const { code } of errorsOf(operation)) {
      if (pages.has(code)) continue;
      const { declaredAt, operationId, method, path } = operation;
      throw new Error(
        `${declaredAt}: ${operationId} (${method} ${path}) answers ${code}, which has no page. Write docs/errors/${code}.md.`,
      );
    }
  }
}
