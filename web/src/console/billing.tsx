/** What an organization has bought, and what support grants, extends and gives back. */
import {
  createGrant,
  endGrant,
  extendTrial,
  getOperatorBilling,
  listOperatorInvoices,
  listOperatorOrganizationAuditEvents,
  refundInvoice,
} from '@plinth/client/operations';
import { useOperation, useOperationChange, useOperationPages } from '@plinth/client/react';
import type { GrantedFeature, GrantedLimit, OperatorBilling } from '@plinth/client/types';
import { useFormats } from '../language.tsx';
import { Facts } from '../ui/facts.tsx';
import { Loaded, More, Table } from '../ui/page.tsx';
import { Action } from './action.tsx';
import { useTexts, useWords } from './texts.ts';

const CHANGED = [getOperatorBilling, listOperatorInvoices, listOperatorOrganizationAuditEvents];
const DAY_MS = 86_400_000;

export function BillingParts({ organizationId }: { organizationId: string }) {
  const text = useTexts();
  const billing = useOperation(getOperatorBilling, { organizationId });
  return (
    <>
      <section>
        <h2>{text('billing')}</h2>
        <Loaded query={billing}>{(found) => <Bought organizationId={organizationId} billing={found} />}</Loaded>
      </section>
      <Invoices organizationId={organizationId} />
    </>
  );
}

/** The day `days` from now, as a field for a date shows it. */
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
/** The end of a day that was typed as 2026-12-24. */
const endOf = (day: string) => `${day}T23:59:59Z`;

function Bought({ organizationId, billing }: { organizationId: string; billing: OperatorBilling }) {
  const text = useTexts();
  const word = useWords();
  const { moment } = useFormats();
  const { plan, status, customerId, subscription, grants, features, limits } = billing;
  const extend = useOperationChange(extendTrial, CHANGED);
  const grant = useOperationChange(createGrant, CHANGED);
  const end = useOperationChange(endGrant, CHANGED);
  const names = [...Object.keys(features), ...Object.keys(limits)];
  return (
    <>
      <Facts
        facts={[
          [text('billing.plan'), `${plan}, ${word('state', status)}`],
          [text('billing.customer'), customerId ?? text('none')],
          ...(subscription?.trialEnd ? ([[text('billing.trialEnd'), moment(subscription.trialEnd)]] as const) : []),
          ...(subscription?.currentPeriodEnd
            ? ([[text('billing.until'), moment(subscription.currentPeriodEnd)]] as const)
            : []),
        ]}
      />
      {grants.length > 0 && (
        <>
          <h3>{text('billing.grants')}</h3>
          <ul className="rows">
            {grants.map(({ id, feature, limit, quantity, reason, endsAt }) => {
              const what = feature ?? `${limit} +${quantity}`;
              return (
                <li className="row" key={id}>
                  <p>{text('billing.grant.row', { what, until: moment(endsAt), reason })}</p>
                  <Action
                    action={text('billing.grant.end')}
                    label={`${text('billing.grant.end')}: ${what}`}
                    send={(given) => end.mutateAsync({ organizationId, grantId: id, body: { reason: given.reason } })}
                  />
                </li>
              );
            })}
          </ul>
        </>
      )}
      <div className="actions">
        <Action
          action={text('billing.grant')}
          fields={[
            {
              ...{ name: 'what', label: text('billing.grant.what'), initial: names[0]! },
              options: names.map((value) => ({ value, text: value })),
            },
            {
              ...{ name: 'quantity', label: text('billing.grant.quantity'), optional: true },
              inputMode: 'numeric',
            },
            { name: 'endsAt', label: text('billing.grant.until'), initial: inDays(30) },
          ]}
          send={({ what = '', quantity, endsAt = '', reason }) => {
            const isFeature = what in features;
            const granted = isFeature
              ? { feature: what as GrantedFeature }
              : { limit: what as GrantedLimit, quantity: Number(quantity) };
            return grant.mutateAsync({ organizationId, body: { ...granted, endsAt: endOf(endsAt), reason } });
          }}
        />
        {subscription?.status === 'trialing' && (
          <Action
            action={text('billing.extend')}
            fields={[{ name: 'until', label: text('billing.extend.until'), initial: inDays(30) }]}
            send={({ until = '', reason }) =>
              extend.mutateAsync({ organizationId, body: { until: endOf(until), reason } })
            }
          />
        )}
      </div>
    </>
  );
}

function Invoices({ organizationId }: { organizationId: string }) {
  const text = useTexts();
  const word = useWords();
  const { money, moment } = useFormats();
  const invoices = useOperationPages(listOperatorInvoices, { organizationId });
  const refund = useOperationChange(refundInvoice, CHANGED);
  return (
    <section>
      <h2>{text('invoices')}</h2>
      <Loaded query={invoices}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{text('none')}</p>
          ) : (
            <Table
              caption={text('invoices')}
              head={[
                ...[text('invoice.number'), text('field.created'), text('invoice.total'), text('field.state')],
                ...[text('invoice.refunded'), text('user.actions')],
              ]}
            >
              {rows.map(({ id, number, status, total, currency, amountPaid, amountRefunded, createdAt }) => (
                <tr key={id}>
                  <th scope="row">{number ?? id}</th>
                  <td>{moment(createdAt)}</td>
                  <td>{money(total, currency)}</td>
                  <td>{word('state', status)}</td>
                  <td>{money(amountRefunded, currency)}</td>
                  <td>
                    {status === 'paid' && amountPaid > amountRefunded && (
                      <Action
                        danger
                        action={text('invoice.refund')}
                        label={`${text('invoice.refund')}: ${number ?? id}`}
                        fields={[
                          { name: 'amount', label: text('invoice.amount'), optional: true, inputMode: 'numeric' },
                        ]}
                        send={({ amount, reason }) =>
                          refund.mutateAsync({
                            organizationId,
                            body: { invoiceId: id, reason, ...(amount && { amount: Number(amount) }) },
                          })
                        }
                      />
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      <More query={invoices} />
    </section>
  );
}
