import { isApiError } from '@plinth/client';
import {
  deleteOrganizationIdentityProvider,
  finishProviderSignIn,
  getOrganizationIdentityProvider,
  listDomains,
  putOrganizationIdentityProvider,
  testOrganizationIdentityProvider,
} from '@plinth/client/operations';
import { useClient, useOperation, useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import type { OrganizationIdentityProvider, PutOrganizationIdentityProvider, Role } from '@plinth/client/types';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useFormats, useSpeech } from '../../language.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Form } from '../../ui/form.tsx';
import { Done, Loaded } from '../../ui/page.tsx';

/** Nobody becomes an owner by signing in. */
const DEFAULT_ROLES: readonly Role[] = ['member', 'billing', 'admin'];

interface Props {
  organizationId: string;
}

export function IdentityProvider({ organizationId }: Props) {
  const { t } = useSpeech();
  const { state } = useSession();
  const { test } = useSearch({ strict: false });
  const input = state.status === 'signed-in' ? { organizationId } : undefined;
  const provider = useOperation(getOrganizationIdentityProvider, input);
  const hasNone = useAbsence(provider);
  return (
    <section>
      <h2>{t('idp.title')}</h2>
      {test === 'passed' && provider.data?.testedAt && (
        <Done>
          <p>{t('idp.test.passed')}</p>
        </Done>
      )}
      {hasNone ? (
        <SetUp organizationId={organizationId} provider={undefined} />
      ) : (
        <Loaded query={provider}>
          {(current) => (
            <>
              <Use organizationId={organizationId} provider={current} />
              <SetUp key={current.updatedAt} organizationId={organizationId} provider={current} />
            </>
          )}
        </Loaded>
      )}
    </section>
  );
}

/** True once the answer was that there is none, also while it is asked for again: a form that was filled in stays. */
function useAbsence({ data, error }: { data: unknown; error: unknown }): boolean {
  const [isAbsent, setAbsent] = useState(false);
  const isNow = isApiError(error) && error.code === 'not_found';
  useEffect(() => {
    if (isNow) setAbsent(true);
    else if (data !== undefined) setAbsent(false);
  }, [isNow, data]);
  // After a removal the library still has what was there before.
  return isNow || (data === undefined && isAbsent);
}

/** What the provider has to know, before anything is stored here. */
const redirectUriOf = (organizationId: string) =>
  location.origin + finishProviderSignIn.split(' ')[1]!.replace('{provider}', `company-${organizationId}`);

function SetUp({ organizationId, provider }: Props & { provider: OrganizationIdentityProvider | undefined }) {
  const { t } = useSpeech();
  const put = useOperationChange(putOrganizationIdentityProvider, [getOrganizationIdentityProvider]);
  const roles = provider?.defaultRole === 'owner' ? [...DEFAULT_ROLES, provider.defaultRole] : DEFAULT_ROLES;
  const redirectUri = provider?.redirectUri ?? redirectUriOf(organizationId);
  return (
    <section className="card">
      <h3>{t(provider ? 'idp.change' : 'idp.new')}</h3>
      <p>{t('idp.redirect.lead')}</p>
      <Facts facts={[[t('idp.redirect'), <Copyable key="redirect" label={t('idp.redirect')} value={redirectUri} />]]} />
      <Form
        quiet={provider !== undefined}
        fields={[
          {
            ...{ name: 'issuer', label: t('idp.issuer'), type: 'url', hint: t('idp.issuer.hint'), autoComplete: 'off' },
            initial: provider?.issuer ?? '',
          },
          { name: 'clientId', label: t('idp.clientId'), initial: provider?.clientId ?? '', autoComplete: 'off' },
          {
            ...{ name: 'clientSecret', label: t('idp.clientSecret'), type: 'password', autoComplete: 'new-password' },
            ...(provider && { optional: true, hint: t('idp.clientSecret.hint') }),
          },
          {
            ...{ name: 'defaultRole', label: t('idp.role'), hint: t('idp.role.hint') },
            initial: provider?.defaultRole ?? 'member',
            options: roles.map((value) => ({ value, text: t('role', { role: value }) })),
          },
        ]}
        button={t('save')}
        send={({ issuer = '', clientId = '', clientSecret, defaultRole }) => {
          const secret = clientSecret ? { clientSecret } : {};
          // Another provider counts only after a test run, so it is not the only way in until then.
          const isSame = provider?.issuer === issuer && provider.clientId === clientId && !clientSecret;
          const enforced = isSame && provider.enforced;
          const body = { issuer, clientId, ...secret, defaultRole: defaultRole as Role, enforced };
          return put.mutateAsync({ organizationId, body });
        }}
      />
    </section>
  );
}

/** What can be done with a provider that is set up: trying it, telling people, making it the only way in, removing it. */
function Use({ organizationId, provider }: Props & { provider: OrganizationIdentityProvider }) {
  const { t } = useSpeech();
  const { moment } = useFormats();
  const client = useClient();
  const remove = useOperationChange(deleteOrganizationIdentityProvider, [getOrganizationIdentityProvider]);
  const { testedAt, enforced, issuer } = provider;
  return (
    <section className="card">
      <h3>{issuer}</h3>
      <p>
        <strong>
          {testedAt === null
            ? t('idp.state.untested')
            : t(enforced ? 'idp.state.enforced' : 'idp.state.tested', { at: moment(testedAt) })}
        </strong>
      </p>
      <Form
        quiet={testedAt !== null}
        fields={[]}
        button={t('idp.test')}
        send={async () => {
          const body = { returnTo: location.pathname.replace(/^\/app/, '') };
          const { url } = await client.call(testOrganizationIdentityProvider, { organizationId, body });
          location.assign(url);
          // Until the browser has left.
          await new Promise(() => {});
        }}
      />
      {testedAt !== null && (
        <>
          <p>{t('idp.address.lead')}</p>
          <Facts
            facts={[
              [
                t('idp.address'),
                <Copyable
                  key="address"
                  label={t('idp.address')}
                  value={`${location.origin}/app/sign-in?provider=${provider.provider}`}
                />,
              ],
            ]}
          />
          <Enforcement organizationId={organizationId} provider={provider} />
        </>
      )}
      <div className="actions">
        <Confirm
          action={t('idp.remove')}
          question={t('idp.remove.question')}
          send={() => remove.mutateAsync({ organizationId })}
        />
      </div>
    </section>
  );
}

function Enforcement({ organizationId, provider }: Props & { provider: OrganizationIdentityProvider }) {
  const { t } = useSpeech();
  const domains = useOperationPages(listDomains, { organizationId });
  const put = useOperationChange(putOrganizationIdentityProvider, [getOrganizationIdentityProvider]);
  const [isChanged, setChanged] = useState(false);
  const { issuer, clientId, defaultRole, enforced } = provider;
  const verified = (domains.data ?? []).flatMap(({ domain, verifiedAt }) => (verifiedAt ? [domain] : []));
  const enforce = async (is: boolean) => {
    const body: PutOrganizationIdentityProvider = { issuer, clientId, defaultRole, enforced: is };
    await put.mutateAsync({ organizationId, body });
    setChanged(true);
  };
  return (
    <>
      {isChanged && (
        <Done>
          <p>{t(enforced ? 'idp.enforced' : 'idp.notEnforced')}</p>
        </Done>
      )}
      {verified.length === 0 ? (
        <p className="quiet-text">{t('idp.needsDomain')}</p>
      ) : enforced ? (
        <div className="actions">
          <Confirm action={t('idp.allowOthers')} question={t('idp.allowOthers.question')} send={() => enforce(false)} />
        </div>
      ) : (
        <>
          <p>{t('idp.enforce.lead')}</p>
          <div className="actions">
            <Confirm
              action={t('idp.enforce')}
              question={t('idp.enforce.question', { domains: verified.join(', ') })}
              send={() => enforce(true)}
            />
          </div>
        </>
      )}
    </>
  );
}
