/** Companies in development: a nameserver that has the record of each claim, and a page that says how to try an enforced domain. */
import type { Development } from '../../platform/development.ts';
import { type Html, html } from '../../platform/http/html.ts';
import { LOCAL_CLIENT } from '../accounts/accounts.ts';
import type { Domains } from './domains/domains.ts';
import { startLocalNameserver } from './domains/local-nameserver.ts';

interface Settings {
  apiUrl?: string | undefined;
  smtpUrl?: string | undefined;
  domainNameservers: readonly string[];
  localProviderPort: number;
}

/** The same number as the local identity provider has, over UDP: the two belong together. */
const addressOf = ({ localProviderPort }: Settings) => `127.0.0.1:${localProviderPort}`;

export const development: Development<Settings, { companies: { domains: Pick<Domains, 'textsAt'> } }> = {
  standIn: {
    name: 'Nameserver',
    about: 'proves each domain that is claimed',
    // Docker Compose has no such stand-in, as it has no local identity provider.
    isNeeded: ({ domainNameservers, smtpUrl }) => domainNameservers.length === 0 && smtpUrl === undefined,
    settings: (config) => ({ domainNameservers: [addressOf(config)] }),
    // It has no page of its own.
    url: (config) => (config.domainNameservers.includes(addressOf(config)) ? `${config.apiUrl}/companies` : undefined),
    start({ companies: { domains } }, config) {
      const { localProviderPort: port } = config;
      return startLocalNameserver(port, domains.textsAt).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') throw error;
        const other = `LOCAL_PROVIDER_PORT=${port + 1}`;
        throw new Error(
          `The UDP port ${port} is taken by another process. Choose another with LOCAL_PROVIDER_PORT, e.g. ${other}.`,
        );
      });
    },
  },
  pages: [{ path: '/companies', title: 'Companies', main: renderCompanies }],
};

function renderCompanies(config: Settings, nameserver: string | undefined): Html {
  const provider = {
    issuer: `http://localhost:${config.localProviderPort}`,
    ...LOCAL_CLIENT,
    ...{ defaultRole: 'member', enforced: false },
  };
  return html`<h1>A company with an enforced domain</h1>
<p class="lead">How to try one here. In production <code>APP_URL</code> is your own frontend, and there is neither this provider nor this nameserver.</p>
<p>${nameserver ? 'The nameserver of development has the record of each domain that an organization claims.' : 'This service asks other nameservers than the one of development.'}</p>
<ol>
<li>Sign in, and found an organization. <a href="/console">The console</a> sends the calls below.</li>
<li><code>POST /v1/organizations/{organizationId}/domains</code> with <code>{ "domain": "acme.example" }</code>, then <code>POST …/domains/{domainId}/verify</code>.</li>
<li><code>PUT /v1/organizations/{organizationId}/identity-provider</code> with the local identity provider:
<pre><code>${JSON.stringify(provider, null, 2)}</code></pre></li>
<li><code>POST …/identity-provider/test</code>, open its <code>url</code>, and sign in as somebody of <code>acme.example</code>: the page of the provider takes any address.</li>
<li>The <code>PUT</code> once more, with <code>"enforced": true</code> and without <code>clientSecret</code>: another secret would need another test run. Passwords of the domain are refused from now on.</li>
</ol>`;
}
