/** The API reference at `/docs`, and a page for every error code at `/docs/errors/<code>`, where problem documents point. No scripts or styles of others. */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { readErrorPages, renderErrorIndex, renderErrorPage } from './documentation/errors.ts';
import { renderLlmsText } from './documentation/llms-text.ts';
import { dereference, type OpenApiDocument } from './documentation/openapi.ts';
import { brandStyle, sendPage, serveAsset, serveText } from './documentation/page.ts';
import { renderReference } from './documentation/reference.ts';
import { allErrors } from './platform/errors.ts';
import { httpErrors } from './platform/http/errors.ts';
import type { HttpServer } from './platform/http/fastify.ts';
import { errorsOf, type Operation } from './platform/http/operations/declaration.ts';
import { brand } from './product/brand.ts';

const CACHE_CONTROL = 'public, max-age=300';

/**
 * Adds the routes. The document and the pages are made when first asked for, and kept.
 * @param describe makes the OpenAPI document
 * @throws Error when a file of theirs is missing: found at the start, not by a reader
 */
export function documentationRoutes(
  app: HttpServer,
  operations: readonly Operation[],
  describe: () => OpenApiDocument,
): void {
  for (const name of ['base.css', 'reference.css', 'reference.js', 'copy.js']) {
    serveAsset(app, `/docs/assets/${name}`, new URL(`./documentation/assets/${name}`, import.meta.url));
  }
  serveText(app, '/docs/assets/brand.css', brandStyle());
  serveText(app, '/docs/assets/logo.svg', brand.logo);
  const errorPages = readErrorPages();
  requireErrorPages(operations, errorPages);

  const described = once(describe);
  const document = once(() => dereference(described()));
  const made = new Map<string, string>();
  const page = (name: string, make: () => string) => {
    const text = made.get(name) ?? make();
    made.set(name, text);
    return text;
  };
  const sendHtml = (reply: FastifyReply, name: string, make: () => string) =>
    sendPage(reply, page(name, make), CACHE_CONTROL);
  const sendText = (reply: FastifyReply, type: string, name: string, make: () => string) =>
    reply.type(type).header('cache-control', CACHE_CONTROL).send(page(name, make));

  app.get('/openapi.json', async (_request, reply) =>
    sendText(reply, 'application/json', 'openapi', () => JSON.stringify(described())),
  );
  app.get('/llms.txt', async (_request, reply) =>
    sendText(reply, 'text/plain; charset=utf-8', 'llms', () => renderLlmsText(document())),
  );
  app.get('/docs', async (_request, reply) => sendHtml(reply, 'reference', () => renderReference(document())));
  app.get('/docs/errors', async (_request, reply) =>
    sendHtml(reply, 'errors', () => renderErrorIndex(document(), allErrors())),
  );
  app.get(
    '/docs/errors/:code',
    { schema: { params: Type.Object({ code: Type.String() }) } },
    async (request, reply) => {
      const { code } = request.params;
      const markdown = errorPages.get(code);
      if (markdown === undefined) throw httpErrors.not_found({ detail: 'There is no such error code.' });
      return sendHtml(reply, `error ${code}`, () => renderErrorPage(document(), code, markdown));
    },
  );
}

/** @returns a function that makes a value at its first call, and returns the same one from then on */
function once<T extends object>(make: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= make();
    return value;
  };
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
