/** The directory of a company that manages members (SCIM): its tokens, and the roles that its groups give. */
import {
  createScimToken,
  deleteScimToken,
  listScimGroups,
  listScimTokens,
  updateScimGroup,
} from '@plinth/client/operations';
import { useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import type { Role } from '@plinth/client/types';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useFormats, useSpeech } from '../../language.tsx';
import { ProblemNotice } from '../../problems.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Form } from '../../ui/form.tsx';
import { OrganizationPage } from '../../ui/organization.tsx';
import { Done, Loaded, More, Table } from '../../ui/page.tsx';

/** No directory makes owners. */
const ROLES: readonly Role[] = ['admin', 'member', 'billing'];

type Input = { organizationId: string } | undefined;

export function Directory() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const { t } = useSpeech();
  const { state } = useSession();
  const input = state.status === 'signed-in' ? { organizationId } : undefined;
  return (
    <OrganizationPage title={t('directory.title')} organizationId={organizationId}>
      <p>{t('directory.lead')}</p>
      <Facts
        facts={[
          [t('directory.url'), <Copyable key="url" label={t('directory.url')} value={`${location.origin}/scim/v2`} />],
        ]}
      />
      <Tokens input={input} />
      <NewToken organizationId={organizationId} />
      <Groups input={input} />
    </OrganizationPage>
  );
}

function Tokens({ input }: { input: Input }) {
  const { t } = useSpeech();
  const { date, moment } = useFormats();
  const tokens = useOperationPages(listScimTokens, input);
  const remove = useOperationChange(deleteScimToken, [listScimTokens]);
  const organizationId = input?.organizationId ?? '';
  return (
    <>
      <h2>{t('scim.tokens')}</h2>
      <Loaded query={tokens}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{t('scim.tokens.none')}</p>
          ) : (
            <Table caption={t('scim.tokens')} head={[t('field.name'), t('scim.created'), t('keys.used'), t('actions')]}>
              {rows.map(({ id, name, hint, createdAt, lastUsedAt }) => (
                <tr key={id}>
                  <th scope="row">
                    {name}
                    <div className="quiet-text">{hint}</div>
                  </th>
                  <td>{date(createdAt)}</td>
                  <td>{lastUsedAt ? moment(lastUsedAt) : t('never')}</td>
                  <td>
                    <Confirm
                      action={t('remove')}
                      label={`${t('remove')}: ${name}`}
                      question={t('scim.tokens.remove.question', { name })}
                      send={() => remove.mutateAsync({ organizationId, scimTokenId: id })}
                    />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      <More query={tokens} />
    </>
  );
}

function NewToken({ organizationId }: { organizationId: string }) {
  const { t } = useSpeech();
  const create = useOperationChange(createScimToken, [listScimTokens]);
  const [secret, setSecret] = useState<string>();
  return (
    <section className="card">
      <h2>{t('scim.tokens.new')}</h2>
      {secret && (
        <Done>
          <p>{t('scim.tokens.secret')}</p>
          <p>
            <Copyable label={t('scim.token')} value={secret} />
          </p>
        </Done>
      )}
      <Form
        fields={[{ name: 'name', label: t('field.name'), hint: t('scim.tokens.name.hint'), autoComplete: 'off' }]}
        button={t('scim.tokens.create')}
        send={async ({ name = '' }) => {
          setSecret(undefined);
          setSecret((await create.mutateAsync({ organizationId, body: { name } })).secret);
        }}
      />
    </section>
  );
}

function Groups({ input }: { input: Input }) {
  const { t } = useSpeech();
  const { number } = useFormats();
  const groups = useOperationPages(listScimGroups, input);
  const update = useOperationChange(updateScimGroup, [listScimGroups]);
  const organizationId = input?.organizationId ?? '';
  return (
    <>
      <h2>{t('scim.groups')}</h2>
      <p>{t('scim.groups.lead')}</p>
      <ProblemNotice error={update.error} />
      <Loaded query={groups}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{t('scim.groups.none')}</p>
          ) : (
            <Table caption={t('scim.groups')} head={[t('scim.group'), t('members.title'), t('members.role')]}>
              {rows.map(({ id, displayName, role, memberCount }) => (
                <tr key={id}>
                  <th scope="row">{displayName}</th>
                  <td>{number(memberCount)}</td>
                  <td>
                    <select
                      aria-label={t('members.roleOf', { name: displayName })}
                      value={role ?? ''}
                      disabled={update.isPending}
                      onChange={(event) => {
                        const chosen = (event.target.value || null) as Role | null;
                        update.mutate({ organizationId, scimGroupId: id, body: { role: chosen } });
                      }}
                    >
                      <option value="">{t('scim.groups.noRole')}</option>
                      {ROLES.map((each) => (
                        <option key={each} value={each}>
                          {t('role', { role: each })}
                        </option>
                      ))}
                    </select>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      <More query={groups} />
    </>
  );
}
