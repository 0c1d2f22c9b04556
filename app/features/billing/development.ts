/** Billing in development: a Stripe sandbox in place of Stripe, and the page that links in emails about payments lead to. */
import { join } from 'node:path';
import type { Development } from '../../platform/development.ts';
import { type Html, html } from '../../platform/http/html.ts';
import type { BillingOperations } from './operations.ts';
import { WEBHOOK_PATH } from './routes/webhook.ts';
import { SANDBOX_KEY, SANDBOX_WEBHOOK_SECRET } from './settings.ts';

interface Settings {
  port: number;
  apiUrl?: string | undefined;
  stripeSecretKey?: string | undefined;
  stripeApiBase?: string | undefined;
  stripeSandboxPort: number;
}

export const development: Development<Settings, { billing: { operations: BillingOperations } }> = {
  standIn: {
    name: 'Stripe sandbox',
    about: 'customers, events, time; no money moves',
    isNeeded: ({ stripeSecretKey, stripeApiBase }) => stripeSecretKey === undefined && stripeApiBase === undefined,
    settings: ({ stripeSandboxPort }) => ({
      stripeSecretKey: SANDBOX_KEY,
      stripeApiBase: `http://127.0.0.1:${stripeSandboxPort}`,
      stripeWebhookSecret: [SANDBOX_WEBHOOK_SECRET],
    }),
    url: ({ stripeApiBase, stripeSandboxPort }) =>
      stripeApiBase === `http://127.0.0.1:${stripeSandboxPort}` ? `http://localhost:${stripeSandboxPort}` : undefined,
    async start({ billing }, config, directory) {
      const sandbox = await startSandbox(config, billing.operations.webhookEvents, join(directory, 'stripe.json'));
      await billing.operations.syncCatalog({ apply: true });
      return sandbox;
    },
  },
  pages: [{ path: '/billing', title: 'Billing', main: ({ apiUrl }, sandbox) => renderBilling(apiUrl!, sandbox) }],
};

/**
 * `packages/stripe-sandbox`, which sends its events to our webhook.
 * @param stateFile where its state is stored
 * @throws Error that names the setting if the port is in use
 */
async function startSandbox(config: Settings, events: readonly string[], stateFile: string) {
  const { startStripeSandbox } = await import('stripe-sandbox');
  const port = config.stripeSandboxPort;
  const url = `${config.apiUrl ?? `http://localhost:${config.port}`}${WEBHOOK_PATH}`;
  const webhook = { url, secret: SANDBOX_WEBHOOK_SECRET, enabledEvents: [...events] };
  try {
    return await startStripeSandbox({ port, stateFile, webhooks: [webhook] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const other = `STRIPE_SANDBOX_PORT=${port + 1}`;
    throw new Error(
      `Port ${port} is taken by another process. Choose another with STRIPE_SANDBOX_PORT, e.g. ${other}.`,
    );
  }
}

/** Stands for the product's own billing page: shows its data, and how to request it with curl. */
function renderBilling(apiUrl: string, sandbox: string | undefined): Html {
  return html`<div class="home"><h1>Billing</h1>
<p class="lead">Links in emails about payments lead here. In production <code>APP_URL</code> is your own frontend, whose page at this path shows an organization's plan, its invoices, and what is due.</p>
<p>Each needs an access token, and the id of an organization:</p>
<figure class="code"><pre tabindex="0"><code>curl ${apiUrl}/v1/organizations/$ORGANIZATION/subscription -H "Authorization: Bearer $TOKEN"
curl ${apiUrl}/v1/organizations/$ORGANIZATION/entitlements -H "Authorization: Bearer $TOKEN"
curl ${apiUrl}/v1/organizations/$ORGANIZATION/invoices -H "Authorization: Bearer $TOKEN"
curl ${apiUrl}/v1/organizations/$ORGANIZATION/portal-sessions -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{"returnUrl":"${apiUrl}/billing"}'</code></pre></figure>
<p>The last request returns the URL of the customer portal, for cards, invoices and cancelling.${sandbox && html` Stripe's data is in <a href="${sandbox}">the sandbox</a>.`}</p>
<p><a href="/docs">All calls</a></p></div>`;
}
