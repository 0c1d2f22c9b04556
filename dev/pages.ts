/**
 * Development pages: a home page, and the pages that links in emails lead to while there is no frontend. A page posts its token only when its
 * button is pressed: a GET consumes nothing. Production has none of these pages, because APP_URL is the product's own frontend there.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CompleteConfig, Config } from '../app/config.ts';
import { renderPage, sendPage, serveAsset } from '../app/documentation/page.ts';
import type { Development } from '../app/platform/development.ts';
import type { HttpServer } from '../app/platform/http/fastify.ts';
import type { Html } from '../app/platform/http/html.ts';
import { isLocal } from '../app/platform/http/loopback.ts';
import { renderConsole } from './pages/console.ts';
import { renderForm } from './pages/form.ts';
import { type Place, renderHome } from './pages/home.ts';
import type { Recent } from './recent.ts';

const SCRIPTS = ['/docs/assets/copy.js', '/dev/assets/pages.js', '/dev/assets/console.js'];
const STYLES = ['/dev/assets/pages.css'];

/**
 * @param features what features add to development
 * @param recent what happened last
 * @returns a plugin that adds the routes; they are not in the OpenAPI document
 */
export function createDevelopmentPages<Used>(
  config: CompleteConfig,
  features: readonly Development<Config, Used>[],
  recent: Recent,
) {
  const mailbox = mailboxUrl(config);
  const standIns = features.flatMap(({ standIn }): Place[] => {
    const url = standIn?.url(config);
    return standIn && url ? [{ name: standIn.name, url, about: standIn.about }] : [];
  });
  const forms = features.flatMap(({ forms: own = [] }) => own);
  const links = [
    { href: '/', text: 'Home' },
    { href: '/docs', text: 'Reference' },
    { href: '/console', text: 'Console' },
    ...(mailbox ? [{ href: mailbox, text: 'Mailbox' }] : []),
    ...standIns.map(({ name, url }) => ({ href: url, text: name })),
  ];
  const pages = new Map([
    ['/console', { title: 'Console', main: renderConsole() }],
    ...features.flatMap(({ pages: own = [], standIn }) =>
      own.map(({ path, title, main }) => [path, { title, main: main(config, standIn?.url(config)) }] as const),
    ),
    ...forms.map((form) => [form.path, { title: form.title, main: renderForm(form) }] as const),
  ]);

  const hosts = [config.apiUrl, config.appUrl].map((url) => new URL(url).host);
  const refuseForeign = async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    if (isLocal(headers) || hosts.includes(headers.host ?? '')) return;
    await reply
      .code(403)
      .type('text/plain')
      .send('The pages of development answer on localhost, and at APP_URL and API_URL.\n');
  };

  return {
    async routes(app: HttpServer): Promise<void> {
      for (const name of ['pages.css', 'pages.js', 'console.js']) {
        serveAsset(app, `/dev/assets/${name}`, new URL(`./pages/assets/${name}`, import.meta.url));
      }
      const render = (path: string, { title, main }: { title: string; main: Html }) => {
        const current = links.map((link) => ({ ...link, current: link.href === path }));
        const section = `${config.productName} in development`;
        return renderPage({ title, section, home: '/', links: current, main, styles: STYLES, scripts: SCRIPTS });
      };
      for (const [path, content] of pages) {
        const page = render(path, content);
        app.get(path, { onRequest: refuseForeign }, async (_request, reply) => sendPage(reply, page, 'no-store'));
      }
      app.get('/', { onRequest: refuseForeign }, async (_request, reply) => {
        // The page says also without a database that the service runs.
        const emails = await recent.emails().catch(() => []);
        const main = renderHome(config, { forms, mailbox, standIns, emails, errors: recent.errors() });
        return sendPage(reply, render('/', { title: `${config.productName} is running`, main }), 'no-store');
      });
    },
  };
}

/** The URL of the development mailbox; undefined if SMTP_URL names another mail server. */
function mailboxUrl({ smtpUrl, mailboxSmtpPort, mailboxPort }: CompleteConfig): string | undefined {
  return smtpUrl === `smtp://127.0.0.1:${mailboxSmtpPort}` ? `http://localhost:${mailboxPort}` : undefined;
}
