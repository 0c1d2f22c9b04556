/** The target of links in billing emails during development: what the product's own billing page would show, and how to request it with curl. */
import type { CompleteConfig } from '../../app/config.ts';
import { type Html, html } from '../../app/platform/http/html.ts';

/** @param sandbox URL of the Stripe sandbox, if the service uses it */
export function renderBilling({ apiUrl }: CompleteConfig, sandbox: string | undefined): Html {
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
