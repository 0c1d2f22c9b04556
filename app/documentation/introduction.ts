/** The rules that hold for every operation: the first screen of the reference. */
import { type Html, html } from '../platform/http/html.ts';
import type { OpenApiDocument } from './openapi.ts';

export function introduction({ info, servers }: OpenApiDocument): Html {
  return html`<header class="introduction">
<h1>${info.title}</h1>
<p class="lead">${info.description}</p>
<p class="place"><span class="access">Base URL</span><code>${servers[0]!.url}</code></p>
<div class="conventions">
<section><h2>Authentication</h2><p>Operations marked <span class="access locked">Needs access token</span> take
<code>Authorization: Bearer &lt;accessToken&gt;</code>, which <a href="#createSession">signing in</a> gives. It lives for minutes;
<a href="#refreshSession">refresh</a> it with the refresh token, which is a new one each time. An organization's API key goes into the same
header.</p></section>
<section><h2>Requests and answers</h2><p>JSON in camelCase. Ids are UUIDv7, times RFC 3339 in UTC. Unknown fields are refused. Every answer carries
<code>X-Request-Id</code>: name it when you ask for help.</p></section>
<section><h2>Errors</h2><p>Problem documents (RFC 9457) of type <code>application/problem+json</code>. Compare <code>code</code>, which is stable; show
<code>title</code>; <code>type</code> is the address of a page that says what to do. <a href="/docs/errors">All codes</a>.</p></section>
<section><h2>Lists</h2><p><code>?limit=</code> and <code>?cursor=</code> give <code>{ data, nextCursor }</code>. Pass <code>nextCursor</code> on
until it is null. Pages stay stable while things are added.</p></section>
<section><h2>Trying again</h2><p>Send <code>Idempotency-Key</code> with a call that creates something: the same key and body within 24 hours gets the
stored answer, marked <code>Idempotency-Replayed</code>, and nothing is done twice.</p></section>
<section><h2>Limits</h2><p>Too many calls of a kind are answered with 429 and <code>Retry-After</code> in seconds. So is a busy moment, with 503. Wait
that long, then try once.</p></section>
</div>
</header>\n`;
}
