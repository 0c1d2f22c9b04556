/** The page of development that emails about webhook endpoints lead to. */
import type { Development } from '../../platform/development.ts';
import { type Html, html } from '../../platform/http/html.ts';

export const development: Development<{ apiUrl?: string | undefined }, unknown> = {
  pages: [{ path: '/webhooks', title: 'Webhooks', main: ({ apiUrl }) => renderWebhooks(apiUrl!) }],
};

/** Stands for the product's own page: shows its data, and how to request it with curl. */
function renderWebhooks(apiUrl: string): Html {
  return html`<h1>Webhooks</h1>
<p class="lead">Links in emails about webhook endpoints lead here. In production <code>APP_URL</code> is your own frontend, whose page at this path shows an organization's endpoints and their deliveries.</p>
<p>Here, ask the API:</p>
<pre><code>curl ${apiUrl}/v1/organizations/$ORGANIZATION/webhook-endpoints -H "Authorization: Bearer $TOKEN"</code></pre>
<p>The <a href="/docs#tag-webhook-endpoints">API reference</a> describes the operations.</p>`;
}
