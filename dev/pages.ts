/**
 * Development pages: a home page, and the pages that links in emails lead to while there is no frontend. A page posts its token only when its
 * button is pressed: a GET consumes nothing. Production has none of these pages, because APP_URL is the product's own frontend there.
 */

import type { CompleteConfig } from '../app/config.ts';
import { renderPage, sendPage, serveAsset } from '../app/documentation/page.ts';
import type { HttpServer } from '../app/platform/http/fastify.ts';
import { renderBilling } from './pages/billing.ts';
import { renderForm } from './pages/form.ts';
import { formPages } from './pages/forms.ts';
import { renderHome } from './pages/home.ts';

const SCRIPTS = ['/docs/assets/copy.js', '/dev/assets/pages.js'];
const STYLES = ['/dev/assets/pages.css'];

/** @returns a plugin that adds the routes; they are not in the OpenAPI document */
export function createDevelopmentPages(config: CompleteConfig) {
  const mailbox = mailboxUrl(config);
  const sandbox = sandboxUrl(config);
  const links = [
    { href: '/', text: 'Home' },
    { href: '/docs', text: 'Reference' },
    ...(mailbox ? [{ href: mailbox, text: 'Mailbox' }] : []),
    ...(sandbox ? [{ href: sandbox, text: 'Stripe sandbox' }] : []),
  ];
  const pages = new Map([
    ['/', { title: `${config.productName} is running`, main: renderHome(config, mailbox, sandbox) }],
    ['/billing', { title: 'Billing', main: renderBilling(config, sandbox) }],
    ...formPages.map((form) => [form.path, { title: form.title, main: renderForm(form) }] as const),
  ]);

  return {
    async routes(app: HttpServer): Promise<void> {
      for (const name of ['pages.css', 'pages.js']) {
        serveAsset(app, `/dev/assets/${name}`, new URL(`./pages/assets/${name}`, import.meta.url));
      }
      for (const [path, { title, main }] of pages) {
        const current = links.map((link) => ({ ...link, current: link.href === path }));
        const section = `${config.productName} in development`;
        const page = renderPage({ title, section, home: '/', links: current, main, styles: STYLES, scripts: SCRIPTS });
        app.get(path, async (_request, reply) => sendPage(reply, page, 'no-store'));
      }
    },
  };
}

/** The URL of the Stripe sandbox; undefined if another Stripe is configured. */
function sandboxUrl({ stripeApiBase, stripeSandboxPort }: CompleteConfig): string | undefined {
  return stripeApiBase === `http://127.0.0.1:${stripeSandboxPort}`
    ? `http://localhost:${stripeSandboxPort}`
    : undefined;
}

/** The URL of the development mailbox; undefined if SMTP_URL names another mail server. */
function mailboxUrl({ smtpUrl, mailboxSmtpPort, mailboxPort }: CompleteConfig): string | undefined {
  return smtpUrl === `smtp://127.0.0.1:${mailboxSmtpPort}` ? `http://localhost:${mailboxPort}` : undefined;
}
