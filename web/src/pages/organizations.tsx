/** Organizations: all of one's own, a new one, and the settings of one. */
import {
  acceptMyInvitation,
  createOrganization,
  declineInvitation,
  deleteOrganization,
  getOrganization,
  listMyInvitations,
  listOrganizations,
  restoreOrganization,
  updateOrganization,
} from '@plinth/client/operations';
import { useClient, useOperation, useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import { Link, Navigate, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useSpeech } from '../language.tsx';
import { ProblemNotice } from '../problems.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Form } from '../ui/form.tsx';
import { OrganizationPage } from '../ui/organization.tsx';
import { Done, Loaded, Page } from '../ui/page.tsx';
import { SignedIn } from '../ui/signed-in.tsx';

export function Home() {
  const { t } = useSpeech();
  return (
    <SignedIn>
      {({ name }) => (
        <Page title={name ? t('home.welcome', { name }) : t('nav.organizations')}>
          <Received />
          <h2>{t('nav.organizations')}</h2>
          <Own />
          <NewOrganization />
        </Page>
      )}
    </SignedIn>
  );
}

function Own() {
  const { t } = useSpeech();
  const organizations = useOperationPages(listOrganizations, { limit: 100 });
  return (
    <Loaded query={organizations}>
      {(rows) => (
        <ul className="rows">
          {rows.map(({ id, name, role, personal }) => (
            <li className="row" key={id}>
              <Link to="/organizations/$organizationId" params={{ organizationId: id }}>
                <strong>{name}</strong>
              </Link>
              <span className="quiet-text">{personal ? t('organizations.personal') : t('role', { role })}</span>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}

/** Invitations to this address, also those whose email got lost. */
function Received() {
  const { t } = useSpeech();
  const invitations = useOperationPages(listMyInvitations, {});
  const accept = useOperationChange(acceptMyInvitation, [listMyInvitations, listOrganizations]);
  const decline = useOperationChange(declineInvitation, [listMyInvitations]);
  if (!invitations.data?.length) return null;
  return (
    <section className="card">
      <h2>{t('invitations.received')}</h2>
      <ProblemNotice error={accept.error} />
      <ul className="rows">
        {invitations.data.map(({ id, organization, role }) => (
          <li className="row" key={id}>
            <span>
              <strong>{organization.name}</strong> · {t('role', { role })}
            </span>
            <span className="actions">
              <button
                type="button"
                className="primary"
                aria-disabled={accept.isPending}
                onClick={() => !accept.isPending && accept.mutate({ invitationId: id })}
              >
                {t('invitation.join')}
              </button>
              <Confirm
                action={t('invitations.decline')}
                question={t('invitations.decline.question', { organization: organization.name })}
                send={() => decline.mutateAsync({ invitationId: id })}
              />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function NewOrganization() {
  const { t } = useSpeech();
  const create = useOperationChange(createOrganization, [listOrganizations]);
  const navigate = useNavigate();
  return (
    <section className="card">
      <h2>{t('organizations.new')}</h2>
      <Form
        fields={[{ name: 'name', label: t('organizations.name'), autoComplete: 'organization' }]}
        button={t('organizations.create')}
        send={async ({ name = '' }) => {
          const { id } = await create.mutateAsync({ body: { name } });
          await navigate({ to: '/organizations/$organizationId', params: { organizationId: id } });
        }}
      />
    </section>
  );
}

/** Emails cannot know which organization somebody wants to see: with one there is no choice. */
export function Choose({ to }: { to: '' | '/billing' | '/webhooks' }) {
  const { t } = useSpeech();
  const { state } = useSession();
  const organizations = useOperationPages(listOrganizations, state.status === 'signed-in' ? { limit: 100 } : undefined);
  const path = `/organizations/$organizationId${to}` as const;
  return (
    <SignedIn>
      {() => (
        <Loaded query={organizations}>
          {(rows) => {
            const [only] = rows;
            if (rows.length === 1 && only) return <Navigate to={path} params={{ organizationId: only.id }} replace />;
            return (
              <Page title={t('organizations.choose')} width="narrow">
                <ul className="rows">
                  {rows.map(({ id, name }) => (
                    <li className="row" key={id}>
                      <Link to={path} params={{ organizationId: id }}>
                        {name}
                      </Link>
                    </li>
                  ))}
                </ul>
              </Page>
            );
          }}
        </Loaded>
      )}
    </SignedIn>
  );
}

export const ChooseOrganization = () => <Choose to="" />;

export function Settings() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const { t } = useSpeech();
  const client = useClient();
  const { state } = useSession();
  const organization = useOperation(getOrganization, state.status === 'signed-in' ? { organizationId } : undefined);
  const update = useOperationChange(updateOrganization, [getOrganization, listOrganizations]);
  const remove = useOperationChange(deleteOrganization, [listOrganizations]);
  const [isSaved, setSaved] = useState(false);
  const [isDeleted, setDeleted] = useState(false);
  return (
    <OrganizationPage title={t('organization.settings')} organizationId={organizationId}>
      {isDeleted ? (
        <>
          <Done>
            <p>{t('organization.deleted')}</p>
          </Done>
          <Form
            fields={[]}
            button={t('organization.restore')}
            send={async () => {
              await client.call(restoreOrganization, { organizationId });
              setDeleted(false);
            }}
          />
        </>
      ) : (
        <Loaded query={organization}>
          {({ name, slug, personal }) => (
            <>
              {isSaved && (
                <Done>
                  <p>{t('account.saved')}</p>
                </Done>
              )}
              <section className="card">
                <Form
                  key={`${name} ${slug}`}
                  fields={[
                    { name: 'name', label: t('organizations.name'), initial: name },
                    { name: 'slug', label: t('organization.slug'), initial: slug, hint: t('organization.slug.hint') },
                  ]}
                  button={t('save')}
                  send={async (answers) => {
                    setSaved(false);
                    const body = { name: answers.name ?? '', slug: answers.slug ?? '' };
                    await update.mutateAsync({ organizationId, body });
                    setSaved(true);
                  }}
                />
              </section>
              {!personal && (
                <section className="card">
                  <h2>{t('organization.delete')}</h2>
                  <p>{t('organization.delete.lead')}</p>
                  <Confirm
                    action={t('organization.delete')}
                    question={t('organization.delete.question', { name })}
                    send={async () => {
                      await remove.mutateAsync({ organizationId });
                      setDeleted(true);
                    }}
                  />
                </section>
              )}
            </>
          )}
        </Loaded>
      )}
    </OrganizationPage>
  );
}
