/** API keys of an organization. A secret is shown once. */
import { createApiKey, deleteApiKey, listApiKeys } from '@plinth/client/operations';
import { useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import type { CreateApiKey } from '@plinth/client/types';
import { useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useFormats, useSpeech } from '../language.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Form } from '../ui/form.tsx';
import { OrganizationPage } from '../ui/organization.tsx';
import { Done, Loaded, Table } from '../ui/page.tsx';

type Scope = CreateApiKey['scopes'][number];
const SCOPES: readonly Scope[] = [
  'organization:read',
  'members:read',
  'audit:read',
  'billing:read',
  'usage:report',
  'webhooks:read',
];

export function ApiKeys() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const { t } = useSpeech();
  const { date, moment } = useFormats();
  const { state } = useSession();
  const keys = useOperationPages(listApiKeys, state.status === 'signed-in' ? { organizationId } : undefined);
  const remove = useOperationChange(deleteApiKey, [listApiKeys]);
  return (
    <OrganizationPage title={t('keys.title')} organizationId={organizationId}>
      <Loaded query={keys}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{t('keys.none')}</p>
          ) : (
            <Table
              caption={t('keys.title')}
              head={[t('field.name'), t('keys.scopes'), t('keys.expires'), t('keys.used'), t('actions')]}
            >
              {rows.map(({ id, name, hint, scopes, expiresAt, lastUsedAt }) => (
                <tr key={id}>
                  <th scope="row">
                    {name}
                    <div className="quiet-text">{hint}</div>
                  </th>
                  <td>{scopes.join(', ')}</td>
                  <td>{expiresAt ? date(expiresAt) : t('never')}</td>
                  <td>{lastUsedAt ? moment(lastUsedAt) : t('never')}</td>
                  <td>
                    <Confirm
                      action={t('keys.revoke')}
                      label={`${t('keys.revoke')}: ${name}`}
                      question={t('keys.revoke.question', { name })}
                      send={() => remove.mutateAsync({ organizationId, apiKeyId: id })}
                    />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      <NewKey organizationId={organizationId} />
    </OrganizationPage>
  );
}

function NewKey({ organizationId }: { organizationId: string }) {
  const { t } = useSpeech();
  const create = useOperationChange(createApiKey, [listApiKeys]);
  const [secret, setSecret] = useState<string>();
  const scopes = useRef<HTMLFieldSetElement>(null);
  return (
    <section className="card">
      <h2>{t('keys.new')}</h2>
      {secret && (
        <Done>
          <p>{t('keys.secret')}</p>
          <p>
            <code>{secret}</code>
          </p>
        </Done>
      )}
      <Form
        fields={[{ name: 'name', label: t('field.name'), autoComplete: 'off' }]}
        button={t('keys.create')}
        send={async ({ name = '' }) => {
          setSecret(undefined);
          const chosen = [...(scopes.current?.querySelectorAll('input:checked') ?? [])];
          const body = { name, scopes: chosen.map((box) => (box as HTMLInputElement).value as Scope) };
          setSecret((await create.mutateAsync({ organizationId, body })).secret);
        }}
      >
        <fieldset ref={scopes}>
          <legend>{t('keys.scopes')}</legend>
          {SCOPES.map((scope) => (
            <label className="check" key={scope}>
              <input type="checkbox" value={scope} defaultChecked={scope === 'organization:read'} /> {scope}
            </label>
          ))}
        </fieldset>
      </Form>
    </section>
  );
}
