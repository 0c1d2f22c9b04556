/** The API reference: one page, made of the OpenAPI document alone. */

import { type Html, highlightJson, html } from '../platform/http/html.ts';
import { curlExample } from './curl.ts';
import { fieldTable, parameterTable } from './fields.ts';
import { introduction } from './introduction.ts';
import { inline } from './markdown.ts';
import { errorCodesOf, type OpenApiDocument, operationsOf, type PlacedOperation } from './openapi.ts';
import { renderPage } from './page.ts';
import { searchText } from './search-text.ts';

export function renderReference(document: OpenApiDocument): string {
  const { info } = document;
  const serverUrl = document.servers[0]!.url;
  const groups = groupByTag(operationsOf(document));
  return renderPage({
    title: `${info.title} reference`,
    section: info.title,
    home: '/docs',
    links: documentationLinks('/docs'),
    navigation: navigation(groups),
    styles: ['/docs/assets/reference.css'],
    scripts: ['/docs/assets/copy.js', '/docs/assets/reference.js'],
    main: html`${introduction(document)}
${groups.map(
  ([tag, operations]) => html`<section class="group" aria-labelledby="${anchor(tag)}">
<h2 id="${anchor(tag)}">${tag}</h2>
${operations.map((operation) => section(operation, serverUrl))}</section>\n`,
)}`,
  });
}

/** The bar of every documentation page. */
export function documentationLinks(current: string) {
  return [
    { href: '/docs', text: 'Reference' },
    { href: '/docs/errors', text: 'Errors' },
    { href: '/openapi.json', text: 'OpenAPI' },
  ].map((link) => ({ ...link, current: link.href === current }));
}

type Group = [tag: string, operations: PlacedOperation[]];

/** In the order of the document, but what is not called by products (health checks) last. */
function groupByTag(operations: readonly PlacedOperation[]): Group[] {
  const groups = Object.entries(Object.groupBy(operations, ({ tags }) => tags[0]!)) as Group[];
  const isApi = ([, members]: Group) => members.some(({ path }) => path.startsWith('/v1/'));
  return [...groups.filter(isApi), ...groups.filter((group) => !isApi(group))];
}

function navigation(groups: readonly Group[]): Html {
  return html`<input type="search" id="filter" placeholder="Filter, press /" aria-label="Filter operations" hidden>
${groups.map(
  ([tag, operations]) => html`<div class="nav-group"><a class="nav-title" href="#${anchor(tag)}">${tag}</a>
<ul>${operations.map(
    (operation) =>
      html`<li data-search="${searchText(operation)}"><a href="#${operation.operationId}">${badge(operation.method)}<span>${operation.summary}</span></a></li>\n`,
  )}</ul></div>\n`,
)}<p id="no-match" hidden>Nothing matches.</p>`;
}

function section(operation: PlacedOperation, serverUrl: string): Html {
  const { operationId, summary, description, method, path } = operation;
  return html`<article class="operation" id="${operationId}" aria-labelledby="${operationId}-title">
<h3 id="${operationId}-title">${summary} <a class="anchor" href="#${operationId}" aria-label="Link to ${summary}">#</a></h3>
<p class="place">${badge(method)}<code>${path}</code>${access(operation)}</p>
<div class="columns"><div class="words">
${description && html`<p>${inline(description)}</p>`}
${requestFields(operation)}
${answerFields(operation)}
${errorList(operation)}
</div><div class="examples">
${codeBlock('Request', html`${curlExample(operation, serverUrl)}`, 'shell')}
${answerExamples(operation)}
</div></div>
</article>\n`;
}

const SCHEMES: Record<string, string> = {
  accessToken: 'access token',
  apiKey: 'API key',
  refreshCookie: 'refresh cookie',
};

function access({ security = [], 'x-permission': permission }: PlacedOperation): Html {
  if (security.length === 0 || security.some((option) => Object.keys(option).length === 0))
    return html`<span class="access">Public</span>`;
  const schemes = security.flatMap((option) => Object.keys(option)).map((name) => SCHEMES[name] ?? name);
  return html`<span class="access locked">Needs ${schemes.join(' or ')}</span>${permission && html`<span class="access">permission <code>${permission}</code></span>`}`;
}

function requestFields({ parameters = [], requestBody }: PlacedOperation): Html {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const inHeader = parameters.filter((parameter) => parameter.in === 'header');
  const [first, ...others] = Object.entries(requestBody?.content ?? {});
  const schema = first?.[1].schema;
  return html`${parameterTable(inPath, 'Path')}${parameterTable(inQuery, 'Query')}${parameterTable(inHeader, 'Headers')}
${schema && fieldTable(schema, 'Body')}
${others.length > 0 && html`<p class="note">Also takes ${others.map(([type]) => type).join(', ')}.</p>`}`;
}

function answerFields({ responses }: PlacedOperation): (Html | false)[] {
  return successes(responses).map(([status, { content }]) => {
    const table = fieldTable(content?.['application/json']?.schema ?? {}, `Answer ${status}`);
    return table && html`<details><summary>Fields of the answer</summary>${table}</details>`;
  });
}

function answerExamples({ responses }: PlacedOperation): Html[] {
  return successes(responses).map(([status, { description, content }]) => {
    const example = content?.['application/json']?.example;
    if (example !== undefined) return codeBlock(`Answer ${status}`, highlightJson(example), 'json');
    const [mediaType] = Object.keys(content ?? {});
    return html`<p class="empty"><b>Answer ${status}</b> ${inline(description)} <small>${mediaType ?? 'No body.'}</small></p>`;
  });
}

function successes(responses: PlacedOperation['responses']) {
  return Object.entries(responses).filter(([status]) => Number(status) < 300);
}

function errorList(operation: PlacedOperation): Html {
  const errors = errorCodesOf(operation).filter(({ codes }) => codes.length > 0);
  return html`<details class="errors"><summary>Errors <span class="count">${errors.flatMap(({ codes }) => codes).length}</span></summary>
<dl>${errors.map(
    ({ status, codes }) =>
      html`<div><dt>${status}</dt><dd>${codes.map((code) => html`<a href="/docs/errors/${code}"><code>${code}</code></a> `)}</dd></div>`,
  )}</dl></details>`;
}

function codeBlock(title: string, content: Html, language: string): Html {
  return html`<figure class="code ${language}"><figcaption>${title}<button class="copy" hidden>Copy</button></figcaption><pre tabindex="0"><code>${content}</code></pre></figure>\n`;
}

function badge(method: string): Html {
  return html`<span class="method ${method.toLowerCase()}">${method}</span>`;
}

function anchor(tag: string): string {
  return `tag-${tag.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}
