/** Where an organization receives events, and what became of the last ones. */
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookDeliveries,
  listWebhookEndpoints,
  retryWebhookDelivery,
  testWebhookEndpoint,
  updateWebhookEndpoint,
} from '@plinth/client/operations';
import { useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import type { WebhookEndpoint } from '@plinth/client/types';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useFormats, useSpeech } from '../language.tsx';
import { ProblemNotice } from '../problems.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Form } from '../ui/form.tsx';
import { OrganizationPage } from '../ui/organization.tsx';
import { Done, Loaded, Table } from '../ui/page.tsx';
import { Choose } from './organizations.tsx';

export const ChooseWebhooks = () => <Choose to="/webhooks" />;

export function Webhooks() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const { t } = useSpeech();
  const { state } = useSession();
  const endpoints = useOperationPages(
    listWebhookEndpoints,
    state.status === 'signed-in' ? { organizationId } : undefined,
  );
  const create = useOperationChange(createWebhookEndpoint, [listWebhookEndpoints]);
  const [secret, setSecret] = useState<string>();
  return (
    <OrganizationPage title={t('webhooks.title')} organizationId={organizationId}>
      <Loaded query={endpoints}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{t('webhooks.none')}</p>
          ) : (
            rows.map((endpoint) => <Endpoint key={endpoint.id} organizationId={organizationId} endpoint={endpoint} />)
          )
        }
      </Loaded>
      <section className="card">
        <h2>{t('webhooks.new')}</h2>
        {secret && (
          <Done>
            <p>{t('webhooks.secret')}</p>
            <p>
              <code>{secret}</code>
            </p>
          </Done>
        )}
        <Form
          fields={[
            { name: 'url', label: t('webhooks.url'), type: 'url', hint: t('webhooks.url.hint'), autoComplete: 'off' },
            { name: 'description', label: t('webhooks.description'), optional: true, autoComplete: 'off' },
          ]}
          button={t('webhooks.create')}
          send={async ({ url = '', description = '' }) => {
            setSecret(undefined);
            const created = await create.mutateAsync({ organizationId, body: { url, description } });
            setSecret(created.secret);
          }}
        />
      </section>
    </OrganizationPage>
  );
}

function Endpoint({ organizationId, endpoint }: { organizationId: string; endpoint: WebhookEndpoint }) {
  const { t } = useSpeech();
  const { id: endpointId, url, description, enabled, disabledReason } = endpoint;
  const own = { organizationId, endpointId };
  const update = useOperationChange(updateWebhookEndpoint, [listWebhookEndpoints]);
  const remove = useOperationChange(deleteWebhookEndpoint, [listWebhookEndpoints]);
  const test = useOperationChange(testWebhookEndpoint);
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="card" aria-label={url}>
      <h2>{url}</h2>
      {description && <p>{description}</p>}
      <p>{enabled ? t('webhooks.enabled') : t('webhooks.disabled', { reason: disabledReason ?? 'request' })}</p>
      <ProblemNotice error={update.error ?? test.error} />
      {test.data && (
        <Done>
          <p>{t('webhooks.tested', { status: String(test.data.status ?? '–') })}</p>
        </Done>
      )}
      <div className="actions">
        <button
          type="button"
          aria-disabled={update.isPending}
          onClick={() => !update.isPending && update.mutate({ ...own, body: { enabled: !enabled } })}
        >
          {enabled ? t('webhooks.disable') : t('webhooks.enable')}
        </button>
        <button
          type="button"
          aria-disabled={test.isPending}
          onClick={() => !test.isPending && test.mutate({ ...own, body: { type: 'member.joined' } })}
        >
          {test.isPending ? t('working') : t('webhooks.test')}
        </button>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t('deliveries.title')}
        </button>
        <Confirm
          action={t('remove')}
          label={`${t('remove')}: ${url}`}
          question={t('webhooks.remove.question', { url })}
          send={() => remove.mutateAsync(own)}
        />
      </div>
      {isOpen && <Deliveries own={own} />}
    </section>
  );
}

function Deliveries({ own }: { own: { organizationId: string; endpointId: string } }) {
  const { t } = useSpeech();
  const { moment } = useFormats();
  const deliveries = useOperationPages(listWebhookDeliveries, own);
  const retry = useOperationChange(retryWebhookDelivery, [listWebhookDeliveries]);
  return (
    <Loaded query={deliveries}>
      {(rows) =>
        rows.length === 0 ? (
          <p>{t('deliveries.none')}</p>
        ) : (
          <>
            <ProblemNotice error={retry.error} />
            <Table
              caption={t('deliveries.title')}
              head={[t('deliveries.event'), t('deliveries.status'), t('deliveries.at'), t('actions')]}
            >
              {rows.map(({ id, type, status, occurredAt }) => (
                <tr key={id}>
                  <th scope="row">{type}</th>
                  <td>{t('delivery.status', { status })}</td>
                  <td>{moment(occurredAt)}</td>
                  <td>
                    <button
                      type="button"
                      aria-label={`${t('deliveries.retry')}: ${type}`}
                      aria-disabled={retry.isPending}
                      onClick={() => !retry.isPending && retry.mutate({ ...own, deliveryId: id })}
                    >
                      {t('deliveries.retry')}
                    </button>
                  </td>
                </tr>
              ))}
            </Table>
          </>
        )
      }
    </Loaded>
  );
}
