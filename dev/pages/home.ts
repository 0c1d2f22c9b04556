/** The development home page: the running parts and their URLs, first requests to try, and next steps. */

import type { CompleteConfig } from '../../app/config.ts';
import { inline } from '../../app/documentation/markdown.ts';
import type { FormPage } from '../../app/platform/development.ts';
import { type Html, html } from '../../app/platform/http/html.ts';
import type { RecentEmail, RecentError } from '../recent.ts';

/** Something that runs beside the service, and what can be seen at its URL. */
export interface Place {
  name: string;
  url: string;
  about: string;
}

export interface HomeContent {
  /** The pages with forms. */
  readonly forms: readonly FormPage[];
  /** URL of the development mailbox, if it receives the emails. */
  readonly mailbox: string | undefined;
  /** The stand-ins of features that the service uses. */
  readonly standIns: readonly Place[];
  /** The last ones, the newest first. */
  readonly emails: readonly RecentEmail[];
  readonly errors: readonly RecentError[];
}

export function renderHome(config: CompleteConfig, content: HomeContent): Html {
  const { forms, mailbox, standIns, emails, errors } = content;
  const titleOf = (path: string) => forms.find((page) => page.path === path)!.title;
  const { productName, apiUrl, metricsPort } = config;
  return html`<div class="home"><h1>${productName} is running <span id="readiness" class="chip" role="status"></span></h1>
<p class="lead">This page, and the pages that links in emails lead to, exist only in development.</p>
<ul class="places">
${place('Account app', '/app', 'what your users see')}
${place('Operator console', '/operator', 'what your support sees')}
${place('API reference', '/docs', 'every operation, with examples')}
${place('Console', '/console', 'try a call, as a seeded login')}
${mailbox && place('Mailbox', mailbox, 'every email that the service sends')}
${standIns.map(({ name, url, about }) => place(name, url, about))}
${place('Errors', '/docs/errors', 'each code, and what to do')}
${place('OpenAPI', '/openapi.json', '3.1, for generators')}
${place('Readiness', '/readyz', 'for load balancers')}
${place('Metrics', `http://localhost:${metricsPort}/metrics`, 'for Prometheus, on a separate port')}
</ul>

<h2>Five things to try first</h2>
<ol class="paths">
<li>${inline('Make logins: `npm run seed`')}, then sign in to the <a href="/app">account app</a>.</li>
<li>${mailbox ? html`Register, and read the email in the <a href="${mailbox}">mailbox</a>.` : html`<a href="/register">Register</a>, and read the email.`}</li>
<li>Buy a plan in the account app${standIns.map(({ name, url }) => html`, and look at it in the <a href="${url}">${name}</a>`)}.</li>
<li>Find a person as an operator, and see what the person sees: <a href="/operator">operator console</a>.</li>
<li>Call the API as a seeded login: <a href="/console">console</a>.</li>
</ol>

<div class="pair">
<section><h2>Last emails</h2>
${emails.length === 0 ? html`<p>None yet.</p>` : html`<ul class="paths">${emails.map(({ template, to, status, createdAt }) => html`<li><code>${template}</code> to ${to}: ${status}, ${timeOf(createdAt)}</li>\n`)}</ul>`}
${mailbox && html`<p><a href="${mailbox}">All emails</a></p>`}</section>
<section><h2>Last errors</h2>
${errors.length === 0 ? html`<p>None since the start.</p>` : html`<ul class="paths">${errors.map(({ where, message, at }) => html`<li><code>${where}</code> ${message}, ${timeOf(at)}</li>\n`)}</ul>`}
<p>${inline('The log has each with its request. `npm run errors` collects them.')}</p></section>
</div>

<h2>Three calls to begin with</h2>
<p>Or by hand: ${['/register', '/sign-in', '/forgot-password'].map((path, index) => html`${index > 0 && ', '}<a href="${path}">${titleOf(path).toLowerCase()}</a>`)}.</p>
<ol class="steps">
${step('Register', post(apiUrl, '/v1/users', '{"email":"ada@example.com","password":"correct horse battery staple"}'))}
${step(mailbox ? 'Read the email, and follow its link' : 'Follow the link in the email', mailbox ? readMail(apiUrl, mailbox) : `# The email went to the mail server in SMTP_URL.`)}
${step('Sign in', post(apiUrl, '/v1/sessions', '{"email":"ada@example.com","password":"correct horse battery staple"}'))}
</ol>

<div class="pair">
<section><h2>See it all at once</h2>
<p>${inline('`npm run demo` plays a person against this service, over HTTP and the mailbox: registers, reads the email, verifies, signs in, refreshes, lists sessions, signs out, resets the password, and finds the old token refused. It prints each request with its answer and time.')}</p></section>
<section><h2>Add a feature</h2>
<p>${inline('Make `app/features/<name>/` with `schema.ts` (tables), `routes/` (operations) and `errors.ts` (its codes), and add its line to `app/features.ts`. Then `npm run migrations:generate`. `ARCHITECTURE.md` says who may import whom.')}</p></section>
</div>

<h2>Pages that mails lead to</h2>
<p>In production <code>APP_URL</code> is your own frontend, with pages at the same paths.</p>
<ul class="paths">${forms.filter(({ token }) => token).map(({ path, title }) => html`<li><a href="${path}"><code>${path}</code></a> ${title}</li>\n`)}</ul></div>`;
}

const timeOf = (at: Date): Html =>
  html`<time datetime="${at.toISOString()}">${at.toISOString().slice(11, 19)} UTC</time>`;

function place(name: string, url: string, what: string): Html {
  return html`<li><a href="${url}"><b>${name}</b><span>${what}</span><code>${url.replace('http://', '')}</code></a></li>\n`;
}

function step(title: string, command: string): Html {
  return html`<li><figure class="code"><figcaption>${title}<button class="copy" hidden>Copy</button></figcaption><pre tabindex="0"><code>${command}</code></pre></figure></li>\n`;
}

function post(apiUrl: string, path: string, body: string): string {
  const data = body.includes('$') ? `"${body.replaceAll('"', '\\"')}"` : `'${body}'`;
  return `curl ${apiUrl}${path} -H 'Content-Type: application/json' \\\n  -d ${data}`;
}

/** The newest link, from the mailbox's own API. */
function readMail(apiUrl: string, mailbox: string): string {
  const token = `$(curl -s ${mailbox}/api/email \\\n  | grep -o 'verify-email?token=[A-Za-z0-9_-]*' | tail -1 | cut -d= -f2)`;
  return `TOKEN=${token}\n${post(apiUrl, '/v1/email-verifications/confirm', '{"token":"$TOKEN"}')}`;
}
