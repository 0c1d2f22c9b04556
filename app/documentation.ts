/** The API reference at `/docs`, and a page for every error code at `/docs/errors/<code>`, where problem documents point. No scripts or styles of others. */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { readErrorPages, renderErrorIndex, renderErrorPage } from './documentation/errors.ts';
import type { OpenApiDocument } from './documentation/openapi.ts';
import { sendPage, serveAsset } from './documentation/page.ts';
import { renderReference } from './documentation/reference.ts';
import { allErrors } from './platform/errors.ts';
import { httpErrors } from './platform/http/errors.ts';
import type { HttpServer } from './platform/http/fastify.ts';

const CACHE_CONTROL = 'public, max-age=300';

/**
 * Adds the routes. Pages are made when first asked for, since the OpenAPI document is complete only then, and kept.
 * @throws Error when a file of theirs is missing: found at the start, not by a reader
 */
export function documentationRoutes(app: HttpServer): void {
  for (const name of ['base.css', 'reference.css', 'reference.js', 'copy.js', 'icon.svg']) {
    serveAsset(app, `/docs/assets/${name}`, new URL(`./documentation/assets/${name}`, import.meta.url));
  }
  const errorPages = readErrorPages();
  const document = () => app.swagger() as unknown as OpenApiDocument;

  const made = new Map<string, string>();
  const send = (reply: FastifyReply, name: string, make: () => string) => {
    const page = made.get(name) ?? make();
    made.set(name, page);
    return sendPage(reply, page, CACHE_CONTROL);
  };
  const hidden = { schema: { hide: true } };

  app.get('/docs', hidden, async (_request, reply) => send(reply, 'reference', () => renderReference(document())));
  app.get('/docs/errors', hidden, async (_request, reply) =>
    send(reply, 'errors', () => renderErrorIndex(document(), allErrors())),
  );
  app.get(
    '/docs/errors/:code',
    { schema: { hide: true, params: Type.Object({ code: Type.String() }) } },
    async (request, reply) => {
      const { code } = request.params;
      const markdown = errorPages.get(code);
      if (markdown === undefined) throw httpErrors.not_found({ detail: 'There is no such error code.' });
      return send(reply, `error ${code}`, () => renderErrorPage(document(), code, markdown));
    },
  );
}
