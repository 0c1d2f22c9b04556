import { type Html, html } from '../../app/platform/http/html.ts';
import { LOGINS } from '../logins.ts';

/** A console that `assets/console.js` fills from `/openapi.json`: it sends one request of the API, and shows the answer. */
export function renderConsole(): Html {
  const { owner, member } = LOGINS;
  return html`<section class="console" id="console">
<h1>Console</h1>
<p class="lead">Sends a request to this service. <code>npm run seed</code> makes the logins ${owner.email} and ${member.email}.</p>
<form method="post" id="console-login" class="row" novalidate>
<p class="field"><label for="login-email">Email address</label><input id="login-email" type="email" list="logins" autocomplete="username" value="${owner.email}"></p>
<p class="field"><label for="login-password">Password</label><input id="login-password" type="password" autocomplete="current-password" value="${owner.password}"></p>
<button class="primary">Sign in</button>
<datalist id="logins"><option value="${owner.email}"></option><option value="${member.email}"></option></datalist>
</form>
<p id="console-caller" role="status">Not signed in: requests have no access token.</p>
<form method="post" id="console-call" novalidate>
<p class="field"><label for="operation">Operation</label><select id="operation"></select></p>
<p id="console-about"><code id="console-path"></code> <a id="console-reference" href="/docs">Reference</a></p>
<div id="console-parameters"></div>
<p class="field" id="console-body" hidden><label for="request-body">Body</label><textarea id="request-body" rows="10" spellcheck="false"></textarea></p>
<button class="primary">Send</button>
</form>
<section id="console-answer" class="outcome" role="status" tabindex="-1" hidden>
<h2></h2>
<details><summary>Headers</summary><pre tabindex="0"><code id="answer-headers"></code></pre></details>
<pre tabindex="0"><code id="answer-body"></code></pre>
</section>
<noscript><p class="aside">This page needs JavaScript to call the API.</p></noscript>
</section>`;
}
