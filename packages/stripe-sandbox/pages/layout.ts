/** Shared parts of the hosted pages: the frame with its notice, answers, forms, and requests to the API. */
import { STATUS_CODES } from 'node:http';
import type { StripeSandbox } from '../controls.ts';
import type { Answer, ApiRequest } from '../protocol/answer.ts';
import { money } from '../protocol/currencies.ts';
import { type Html, html } from './html.ts';
import { STYLE } from './style.ts';

export type { Html };
export { html, money };

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

export function page(title: string, main: Html, { status = 200, wide = false } = {}): Answer {
  const body = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Stripe sandbox</title>
<style>${STYLE}</style></head>
<body><p class="notice" role="note"><b>Sandbox.</b> This is not Stripe, and no money moves. Use <a href="https://docs.stripe.com/testing">test cards</a> only. <a href="/">Dashboard</a></p>
<main class="${wide ? 'wide' : 'narrow'}">${main}</main></body></html>`;
  return { status, headers: HEADERS, body: body.text };
}

/** A page that shows an error. */
export function refusal(status: number, message: string): Answer {
  return page(STATUS_CODES[status] ?? 'Error', html`<h1>${message}</h1>`, { status });
}

/** Redirects the browser after a POST. */
export function seeOther(url: string): Answer {
  return { status: 303, headers: { location: url, 'cache-control': 'no-store' }, body: '' };
}

/** A form's fields. Returns undefined for a form of another site. */
export function fieldsOf({ headers, body }: ApiRequest): Record<string, string> | undefined {
  const { origin, host } = headers;
  if (origin !== undefined && origin !== 'null' && origin !== `http://${host}`) return undefined;
  return Object.fromEntries(new URLSearchParams(body));
}

export const FOREIGN = refusal(403, 'This form came from another site.');

interface Asked {
  ok: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: any object of the API
  body: any;
  message: string;
}

/** Sends a request to the sandbox's API, with the rights of the account's owner. */
export async function ask(
  sandbox: StripeSandbox,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  form: Record<string, string> = {},
): Promise<Asked> {
  const headers = {
    authorization: 'Bearer sk_test_sandbox_pages',
    'content-type': 'application/x-www-form-urlencoded',
  };
  const answer = await sandbox.api.answer({ method, path, headers, body: new URLSearchParams(form).toString() });
  const body = JSON.parse(answer.body);
  return { ok: answer.status < 400, body, message: body.error?.message ?? '' };
}

export function day(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 10);
}

export function moment(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('T', ' ').slice(0, 16);
}

/** The fields of a card form, with a hint about the test card numbers. */
export const cardFields: Html = html`
<label>Card number<input name="card" inputmode="numeric" autocomplete="off" required placeholder="4242 4242 4242 4242" aria-describedby="cards"></label>
<div class="row"><label>Expiry<input name="expiry" autocomplete="off" placeholder="12 / 34" value="12 / 34"></label>
<label>CVC<input name="cvc" autocomplete="off" inputmode="numeric" placeholder="123" value="123"></label></div>
<details id="cards"><summary>Test cards</summary><ul>
<li><code>4242 4242 4242 4242</code> is paid</li><li><code>4000 0000 0000 0002</code> is declined</li>
<li><code>4000 0000 0000 9995</code> has insufficient funds</li><li><code>4000 0027 6000 3184</code> asks for 3-D Secure</li>
<li><code>4000 0000 0000 0341</code> works now, and fails when it is charged later</li></ul></details>`;

export function problem(message: string | undefined): Html | false {
  return message ? html`<p class="error" role="alert">${message}</p>` : false;
}
