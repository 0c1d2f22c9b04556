/** Plans, the subscription, usage and invoices of an organization. */

import { isApiError } from '@plinth/client';
import {
  createCheckoutSession,
  createPortalSession,
  getEntitlements,
  getSubscription,
  listInvoices,
  listPlans,
  updateSubscription,
} from '@plinth/client/operations';
import { useClient, useOperation, useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import type { Catalog, Interval, LimitUsage, Subscription } from '@plinth/client/types';
import { useParams, useSearch } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { type TextKey, useFormats, useSpeech } from '../language.tsx';
import { ProblemNotice } from '../problems.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { OrganizationPage } from '../ui/organization.tsx';
import { Loaded, Table } from '../ui/page.tsx';
import { Choose } from './organizations.tsx';

export const ChooseBilling = () => <Choose to="/billing" />;

export function Billing() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const { t } = useSpeech();
  const { state } = useSession();
  const { paid } = useSearch({ strict: false });
  const input = state.status === 'signed-in' ? { organizationId } : undefined;
  const subscription = useOperation(getSubscription, input);
  const catalog = useOperation(listPlans, {});
  const hasNone = isApiError(subscription.error) && subscription.error.code === 'not_subscribed';
  return (
    <OrganizationPage title={t('billing.title')} organizationId={organizationId}>
      {paid && (
        <p className="notice good" role="status">
          {t('billing.paid')}
        </p>
      )}
      {!hasNone && (
        <Loaded query={subscription}>
          {(current) => <Current organizationId={organizationId} subscription={current} catalog={catalog.data} />}
        </Loaded>
      )}
      <Usage input={input} />
      {(hasNone || subscription.data) && (
        <Loaded query={catalog}>
          {(plans) => <Plans organizationId={organizationId} catalog={plans} subscription={subscription.data} />}
        </Loaded>
      )}
      <Invoices input={input} catalog={catalog.data} />
    </OrganizationPage>
  );
}

type Input = { organizationId: string } | undefined;

function digitsOf(catalog: Catalog | undefined, currency: string): number | undefined {
  return (catalog?.minorDigits as Readonly<Record<string, number>> | undefined)?.[currency];
}

interface CurrentProps {
  organizationId: string;
  subscription: Subscription;
  catalog: Catalog | undefined;
}

function Current({ organizationId, subscription, catalog }: CurrentProps) {
  const { t } = useSpeech();
  const { date, money } = useFormats();
  const client = useClient();
  const update = useOperationChange(updateSubscription, [getSubscription, getEntitlements]);
  const [error, setError] = useState<unknown>();
  const { plan, interval, currency, unitAmount, quantity, currentPeriodEnd, cancelAt, pastDueSince, openInvoiceUrl } =
    subscription;
  const name = catalog?.plans.find((each) => each.plan === plan)?.name ?? plan ?? '?';
  const price = unitAmount !== null && money(unitAmount * quantity, currency, digitsOf(catalog, currency));
  const cancel = (cancelAtPeriodEnd: boolean) => update.mutateAsync({ organizationId, body: { cancelAtPeriodEnd } });
  const openPortal = async () => {
    const { data, error: problem } = await client.attempt(createPortalSession, {
      organizationId,
      body: { returnUrl: location.href.split('?')[0]! },
    });
    if (data) location.assign(data.url);
    setError(problem);
  };
  return (
    <section className="card">
      <h2>{t('billing.current', { plan: name })}</h2>
      {price && <p>{t('billing.price', { price, interval: interval ?? 'month' })}</p>}
      {pastDueSince && (
        <div className="notice bad" role="alert">
          <p>{t('billing.pastDue', { date: date(pastDueSince) })}</p>
          {openInvoiceUrl && (
            <a className="button primary" href={openInvoiceUrl}>
              {t('billing.payNow')}
            </a>
          )}
        </div>
      )}
      {cancelAt ? (
        <p>{t('billing.endsAt', { date: date(cancelAt) })}</p>
      ) : (
        currentPeriodEnd && <p>{t('billing.renewsAt', { date: date(currentPeriodEnd) })}</p>
      )}
      <ProblemNotice error={error ?? update.error} />
      <div className="actions">
        <button type="button" onClick={openPortal}>
          {t('billing.portal')}
        </button>
        {cancelAt ? (
          <button type="button" className="primary" onClick={() => cancel(false).catch(() => {})}>
            {t('billing.keep')}
          </button>
        ) : (
          <Confirm
            action={t('billing.cancel')}
            question={t('billing.cancel.question', { date: currentPeriodEnd ? date(currentPeriodEnd) : '' })}
            send={() => cancel(true)}
          />
        )}
      </div>
    </section>
  );
}

interface PlansProps {
  organizationId: string;
  catalog: Catalog;
  subscription: Subscription | undefined;
}

function Plans({ organizationId, catalog, subscription }: PlansProps) {
  const { t, language } = useSpeech();
  const { money, number } = useFormats();
  const client = useClient();
  const update = useOperationChange(updateSubscription, [getSubscription, getEntitlements]);
  const [interval, setInterval] = useState<Interval>('month');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState<string>();
  const id = useId();
  const currency = subscription?.currency ?? (language === 'de' ? 'eur' : 'usd');

  async function choose(plan: string) {
    if (busy) return;
    setBusy(plan);
    setError(undefined);
    try {
      if (subscription) await update.mutateAsync({ organizationId, body: { plan, interval } });
      else {
        const here = location.href.split('?')[0]!;
        const body = { plan, interval, currency, successUrl: `${here}?paid=1`, cancelUrl: here };
        location.assign((await client.call(createCheckoutSession, { organizationId, body })).url);
      }
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(undefined);
    }
  }

  return (
    <>
      <h2>{t('billing.plans')}</h2>
      <p className="field">
        <label htmlFor={id}>{t('billing.interval')}</label>
        <select id={id} value={interval} onChange={(event) => setInterval(event.target.value as Interval)}>
          <option value="month">{t('billing.monthly')}</option>
          <option value="year">{t('billing.yearly')}</option>
        </select>
      </p>
      <ProblemNotice error={error} />
      <div className="plans">
        {catalog.plans.map(({ plan, name, description, prices, perSeat, limits }) => {
          const amount = (prices?.[interval] as unknown as Readonly<Record<string, number>> | undefined)?.[currency];
          const isCurrent = subscription?.plan === plan && subscription.interval === interval;
          return (
            <section className="plan" key={plan} aria-label={name}>
              <h3>{name}</h3>
              <p>{description}</p>
              <p className="price">
                {amount === undefined ? t('billing.free') : money(amount, currency, digitsOf(catalog, currency))}
              </p>
              {amount !== undefined && (
                <p className="quiet-text">{t(perSeat ? 'billing.perSeat' : 'billing.per', { interval })}</p>
              )}
              <ul>
                {Object.entries(limits).map(([meter, limit]) => (
                  <li key={meter}>
                    {t(`meter.${meter}` as TextKey)}:{' '}
                    {limit === null ? t('billing.unlimited') : number(limit as number)}
                  </li>
                ))}
              </ul>
              {isCurrent ? (
                <p>
                  <strong>{t('billing.yours')}</strong>
                </p>
              ) : (
                amount !== undefined && (
                  <button
                    type="button"
                    className="primary"
                    aria-label={t('billing.choosePlan', { plan: name })}
                    aria-disabled={busy !== undefined}
                    onClick={() => choose(plan)}
                  >
                    {busy === plan ? t('working') : t('billing.choose')}
                  </button>
                )
              )}
            </section>
          );
        })}
      </div>
    </>
  );
}

function Usage({ input }: { input: Input }) {
  const { t } = useSpeech();
  const { number } = useFormats();
  const entitlements = useOperation(getEntitlements, input);
  return (
    <section className="card">
      <h2>{t('usage.title')}</h2>
      <Loaded query={entitlements}>
        {({ limits, usage }) => (
          <ul className="rows">
            {Object.entries(limits).map(([meter, limit]) => {
              const used = usage[meter as keyof LimitUsage];
              const name = t(`meter.${meter}` as TextKey);
              const isNear = typeof limit === 'number' && used !== undefined && used >= limit * 0.8;
              return (
                <li className="row" key={meter}>
                  <span>
                    {name}
                    {isNear && <strong> · {t(used >= limit ? 'usage.reached' : 'usage.near')}</strong>}
                  </span>
                  <span>
                    {used === undefined ? '–' : number(used)} /{' '}
                    {limit === null ? t('billing.unlimited') : number(limit as number)}
                  </span>
                  {typeof limit === 'number' && limit > 0 && used !== undefined && (
                    <meter aria-label={name} min={0} max={limit} high={limit * 0.8} value={Math.min(used, limit)} />
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

function Invoices({ input, catalog }: { input: Input; catalog: Catalog | undefined }) {
  const { t } = useSpeech();
  const { date, money } = useFormats();
  const invoices = useOperationPages(listInvoices, input);
  return (
    <>
      <h2>{t('invoices.title')}</h2>
      <Loaded query={invoices}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{t('invoices.none')}</p>
          ) : (
            <Table
              caption={t('invoices.title')}
              head={[t('invoices.number'), t('invoices.date'), t('invoices.total'), t('invoices.status'), t('actions')]}
            >
              {rows.map(({ id, number, createdAt, total, currency, status, hostedUrl, pdfUrl }) => (
                <tr key={id}>
                  <th scope="row">{number ?? '–'}</th>
                  <td>{date(createdAt)}</td>
                  <td>{money(total, currency, digitsOf(catalog, currency))}</td>
                  <td>{t('invoice.status', { status })}</td>
                  <td>
                    {hostedUrl && (
                      <a href={hostedUrl} aria-label={t('invoices.openNumber', { number: number ?? '' })}>
                        {t('invoices.open')}
                      </a>
                    )}{' '}
                    {pdfUrl && (
                      <a href={pdfUrl} aria-label={`PDF ${number ?? ''}`}>
                        PDF
                      </a>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      {invoices.hasNextPage && (
        <p className="actions">
          <button type="button" onClick={() => invoices.fetchNextPage()}>
            {t('more')}
          </button>
        </p>
      )}
    </>
  );
}
