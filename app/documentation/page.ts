/** The frame of every HTML page that the service shows, and how pages and their assets are sent. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyReply } from 'fastify';
import type { HttpServer } from '../platform/http/fastify.ts';
import { Html, html } from '../platform/http/html.ts';
import { brand } from '../product/brand.ts';

export interface Page {
  title: string;
  /** In the bar at the top, after the product's name. */
  section: string;
  links: readonly { href: string; text: string; current?: boolean }[];
  /** Where the product's name leads. */
  home: string;
  main: Html;
  /** Beside the main part; behind a button where the screen is narrow. */
  navigation?: Html;
  /** URLs of this server; inline ones would not run. */
  styles?: readonly string[];
  scripts?: readonly string[];
}

/** Everything from this server, nothing inline, forms by script alone: without it a form would put a password into an address. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Sends a page under a policy of its own: the one of the API lets nothing load. */
export function sendPage(reply: FastifyReply, page: string, cacheControl: string): FastifyReply {
  return reply
    .headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'referrer-policy': 'no-referrer',
      'cache-control': cacheControl,
    })
    .type('text/html; charset=utf-8')
    .send(page);
}

export function renderPage({ title, section, links, home, main, navigation, styles = [], scripts = [] }: Page): string {
  const menu = html`<button class="menu" popovertarget="navigation">Menu</button>`;
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/docs/assets/logo.svg">
<link rel="stylesheet" href="/docs/assets/base.css">
<link rel="stylesheet" href="/docs/assets/brand.css">
${styles.map((url) => html`<link rel="stylesheet" href="${url}">\n`)}${scripts.map((url) => html`<script type="module" src="${url}"></script>\n`)}
<body class="${navigation ? 'with-navigation' : 'plain'}">
<a class="skip" href="#main">Skip to content</a>
<header class="bar">
<a class="brand" href="${home}"><img src="/docs/assets/logo.svg" alt="" width="22" height="22"><span>${section}</span></a>
<nav aria-label="Pages">${links.map(({ href, text, current }) => html`<a href="${href}"${current && new Html(' aria-current="page"')}>${text}</a>`)}</nav>
${navigation && menu}
</header>
${navigation && html`<nav id="navigation" popover aria-label="On this page">${navigation}</nav>`}
<main id="main">
${main}
</main>
</body>
</html>
`.text;
}

/** The colours of the product, over those of `base.css`. */
export function brandStyle(): string {
  const colours = ({ link, button, onButton }: Record<'link' | 'button' | 'onButton', string>) =>
    `:root { --link: ${link}; --accent: ${button}; --on-accent: ${onButton}; }`;
  return `${colours(brand.light)}\n@media (prefers-color-scheme: dark) { ${colours(brand.dark)} }\n`;
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves a file of the code at `path`. Read once, here: a missing one stops the start. */
export function serveAsset(app: HttpServer, path: string, file: URL): void {
  serveText(app, path, readFileSync(file, 'utf8'));
}

/** Serves `content` at `path`, whose ending names its type. */
export function serveText(app: HttpServer, path: string, content: string): void {
  const type = TYPES[extname(path)]!;
  app.get(path, async (_request, reply) =>
    reply.type(type).header('cache-control', 'public, max-age=300').send(content),
  );
}
