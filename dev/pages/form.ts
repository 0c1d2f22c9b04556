import { inline } from '../../app/documentation/markdown.ts';
import type { Field, FormPage } from '../../app/platform/development.ts';
import { type Html, html } from '../../app/platform/http/html.ts';

/** A form that `assets/pages.js` submits. The script reads the token from the page's URL. Nothing is sent before the button is pressed. */
export function renderForm({
  title,
  purpose,
  call,
  button,
  fields,
  token,
  signsIn,
  follows,
  done,
  next,
  again = [],
}: FormPage): Html {
  return html`<section class="form">
<h1>${title}</h1>
<p class="lead">${inline(purpose)}</p>
<form method="post" novalidate data-call="${call}" data-done="${done}" data-token="${token && 'yes'}" data-signs-in="${signsIn && 'yes'}" data-follows="${follows && 'yes'}">
${fields.map(input)}
<button class="primary">${button}</button>
</form>
<section class="outcome" role="status" tabindex="-1" hidden>
<h2></h2>
<p class="words"></p>
<ul class="faults"></ul>
<p class="actions">${next && html`<a class="next" href="${next.href}">${next.text}</a>`}
${again.map(
  ({ href, text }) => html`<a class="again" href="${href}">${text}</a>
`,
)}
<a class="about" href="/docs/errors">About this error</a></p>
<details><summary>What was sent and answered</summary><pre tabindex="0"><code></code></pre></details>
</section>
<noscript><p class="aside">This page needs JavaScript to call the API.</p></noscript>
<aside class="aside"><p>This page belongs to development. In production <code>APP_URL</code> is your own frontend, which needs a page at
the same path that makes the same call: <code>${call}</code>${
    token &&
    html` with the <code>token</code> from its query,
when its button is pressed. Opening the page must not use the token up, since mail scanners open links, too`
  }.</p></aside>
</section>`;
}

function input({ name, label, type, autocomplete, hint, optional }: Field): Html {
  return html`<p class="field"><label for="${name}">${label}${optional && html` <small>optional</small>`}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}"${hint && html` aria-describedby="${name}-hint"`}>
${hint && html`<small id="${name}-hint">${hint}</small>`}</p>\n`;
}
