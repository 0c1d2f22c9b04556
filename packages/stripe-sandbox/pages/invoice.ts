/** The hosted invoice page, its PDF, and the 3-D Secure page for payments outside of checkout. */
import type Stripe from 'stripe';
import { attach } from '../billing/payments/payment-methods.ts';
import type { StripeSandbox } from '../controls.ts';
import type { Answer } from '../protocol/answer.ts';
import { Fault } from '../world/fault.ts';
import { idOf } from '../world/world.ts';
import { enteredCard } from './entered-card.ts';
import { ask, cardFields, day, FOREIGN, fieldsOf, html, money, page, problem, refusal, seeOther } from './layout.ts';
import type { Page } from './page.ts';

const path = /^\/i\/(?<id>in_\w+)$/;

export const invoicePages: Page[] = [
  { method: 'GET', path, answer: (sandbox, _request, { id }) => show(sandbox, id!) },
  {
    method: 'POST',
    path,
    async answer(sandbox, request, { id }) {
      const fields = fieldsOf(request);
      if (!fields) return FOREIGN;
      const invoice = sandbox.world.store.find('invoice', id!);
      if (!invoice) return refusal(404, 'Invoice not found.');
      try {
        const customer = idOf(invoice.customer)!;
        const method = attach(sandbox.world, enteredCard(sandbox, customer, fields), customer);
        const paid = await ask(sandbox, 'POST', `/v1/invoices/${invoice.id}/pay`, { payment_method: method.id });
        return paid.ok ? seeOther(`/i/${invoice.id}`) : show(sandbox, invoice.id, paid.message);
      } catch (error) {
        if (error instanceof Fault) return show(sandbox, invoice.id, error.message);
        throw error;
      }
    },
  },
  {
    method: 'GET',
    path: /^\/i\/(?<id>in_\w+)\/pdf$/,
    answer: (sandbox, _request, { id }) => pdf(sandbox, id!),
  },
  {
    method: 'GET',
    path: /^\/c\/3ds\/(?<id>\w+)$/,
    answer: (_sandbox, _request, { id }) =>
      page(
        '3-D Secure',
        html`<h1>3-D Secure</h1><form class="card" method="post"><p>The bank asks whether it is you who pays (${id}).</p>
<button class="main" name="authentication" value="passed">Complete</button><p><button name="authentication" value="failed" class="danger">Fail</button></p></form>`,
      ),
  },
  {
    method: 'POST',
    path: /^\/c\/3ds\/(?<id>\w+)$/,
    answer(sandbox, request, { id }) {
      const fields = fieldsOf(request);
      if (!fields) return FOREIGN;
      const intent = sandbox.customer.authenticate(id!, fields.authentication === 'passed');
      const back = intent.next_action?.redirect_to_url?.return_url;
      if (back) return seeOther(back);
      return page('3-D Secure', html`<h1>${fields.authentication === 'passed' ? 'Confirmed.' : 'Refused.'}</h1>`);
    },
  },
];

function show(sandbox: StripeSandbox, id: string, message?: string): Answer {
  const invoice = sandbox.world.store.find('invoice', id);
  if (!invoice) return refusal(404, 'Invoice not found.');
  const { currency, status } = invoice;
  const lines = invoice.lines.data.map(
    (line) => html`<tr><td>${line.description}</td><td class="number">${money(line.amount, currency)}</td></tr>`,
  );
  return page(
    `Invoice ${invoice.number ?? ''}`,
    html`<h1>Invoice ${invoice.number ?? invoice.id} <span class="chip ${chipOf(status)}" id="status">${status}</span></h1>
<section class="card"><p class="soft">${day(invoice.created)}${invoice.customer_email && ` · ${invoice.customer_email}`}</p><table>${lines}
<tr class="total"><td>Total</td><td class="number">${money(invoice.total, currency)}</td></tr></table>
${invoice.invoice_pdf && html`<p><a href="/i/${invoice.id}/pdf">PDF</a></p>`}</section>
${problem(message)}
${status === 'open' && html`<form class="card" method="post">${cardFields}<button class="main">Pay ${money(invoice.amount_remaining, currency)}</button></form>`}`,
    { status: message ? 402 : 200 },
  );
}

export function chipOf(status: string | null): string {
  if (['paid', 'active', 'succeeded', 'trialing', 'ready', 'complete'].includes(status ?? '')) return 'good';
  return ['open', 'pending', 'draft', 'advancing', 'incomplete'].includes(status ?? '') ? 'wait' : 'bad';
}

/** A PDF 1.4 with one page of text, written by hand: every reader opens it, so a PDF library is not needed. */
function pdf(sandbox: StripeSandbox, id: string): Answer {
  const invoice = sandbox.world.store.find('invoice', id);
  if (!invoice) return refusal(404, 'Invoice not found.');
  const text = pdfLines(invoice).map((line, index) => `1 0 0 1 60 ${770 - index * 20} Tm (${line}) Tj`);
  const stream = `BT /F1 11 Tf ${text.join(' ')} ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const start = body.length;
  const size = objects.length + 1;
  body += `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return { status: 200, headers: { 'content-type': 'application/pdf', 'cache-control': 'no-store' }, body };
}

function pdfLines(invoice: Stripe.Invoice): string[] {
  const { currency } = invoice;
  const lines = invoice.lines.data.map(({ description, amount }) => `${description}  ${money(amount, currency)}`);
  const head = [`Invoice ${invoice.number ?? invoice.id}`, `Sandbox: no money moves. ${day(invoice.created)}`, ''];
  const all = [...head, ...lines, '', `Total ${money(invoice.total, currency)} (${invoice.status})`];
  // Helvetica has only Latin-1, and unescaped parentheses would end the string.
  return all.map((line) => line.replace(/[^\x20-\x7e]/g, ' ').replace(/[\\()]/g, '\\$&'));
}
