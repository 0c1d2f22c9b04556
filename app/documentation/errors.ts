/** The pages that problem documents point at: `docs/errors/<code>.md` and the product's `app/product/docs/errors/<code>.md` as HTML. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { ProblemFactory } from '../platform/errors.ts';
import { type Html, html } from '../platform/http/html.ts';
import { renderMarkdown } from './markdown.ts';
import { errorCodesOf, type OpenApiDocument, operationsOf } from './openapi.ts';
import { renderPage } from './page.ts';
import { documentationLinks } from './reference.ts';

/** Where the pages are written: those of the foundation, and those of the product. */
const ERROR_PAGES = ['../../docs/errors/', '../product/docs/errors/'].map((path) => new URL(path, import.meta.url));

/** Code -> Markdown, of every file there is. */
export function readErrorPages(): ReadonlyMap<string, string> {
  const folders = ERROR_PAGES.filter((folder) => existsSync(folder));
  const pages = folders.flatMap((folder) => readdirSync(folder).map((name) => ({ name, file: new URL(name, folder) })));
  return new Map(
    pages
      .filter(({ name }) => /^[a-z_]+\.md$/.test(name))
      .map(({ name, file }) => [name.slice(0, -'.md'.length), readFileSync(file, 'utf8')]),
  );
}

/** The list of all codes. */
export function renderErrorIndex({ info }: OpenApiDocument, errors: readonly ProblemFactory[]): string {
  const byStatus = Object.entries(Object.groupBy(errors, ({ status }) => status)) as [string, ProblemFactory[]][];
  return renderPage({
    title: `Errors of the ${info.title}`,
    section: info.title,
    home: '/docs',
    links: documentationLinks('/docs/errors'),
    main: html`<h1>Errors</h1>
<p class="lead">Every error is a problem document (RFC 9457). Programs compare <code>code</code>: it never changes. Each has a page that says
why it happens and what to do.</p>
<table class="catalogue"><thead><tr><th scope="col">Status</th><th scope="col">Code</th><th scope="col">Title</th></tr></thead>
${byStatus.map(([status, group]) => html`<tbody>${group.map((error) => indexRow(status, error))}</tbody>\n`)}</table>`,
  });
}

function indexRow(status: string, { code, title }: ProblemFactory): Html {
  return html`<tr><td class="status s${status.charAt(0)}">${status}</td><th scope="row"><a href="/docs/errors/${code}"><code>${code.split('_').map((word, index) => (index === 0 ? word : html`_<wbr>${word}`))}</code></a></th><td>${title}</td></tr>\n`;
}

/** One code's page. @param markdown from `readErrorPages` */
export function renderErrorPage(document: OpenApiDocument, code: string, markdown: string): string {
  // Between pages, links are to files, so that they also work where the files are read.
  const rewriteLink = (target: string) =>
    /^[a-z_]+\.md$/.test(target) ? `/docs/errors/${target.slice(0, -3)}` : target;
  return renderPage({
    title: `${code}: errors of the ${document.info.title}`,
    section: document.info.title,
    home: '/docs',
    links: documentationLinks('/docs/errors'),
    main: html`<article class="prose"><p class="crumb"><a href="/docs/errors">Errors</a></p>
${renderMarkdown(markdown, rewriteLink)}${answeredBy(document, code)}</article>`,
  });
}

function answeredBy(document: OpenApiDocument, code: string): Html | false {
  const operations = operationsOf(document);
  const answering = operations.filter((operation) => errorCodesOf(operation).some(({ codes }) => codes.includes(code)));
  if (answering.length === 0) return false;
  return html`<h2>Where</h2>
${
  answering.length === operations.length
    ? html`<p>Any operation can answer this.</p>`
    : html`<ul class="where">${answering.map(({ operationId, summary, method, path }) => html`<li><a href="/docs#${operationId}">${summary}</a> <code>${method} ${path}</code></li>\n`)}</ul>`
}`;
}
