import { claimDomain, deleteDomain, listDomains, verifyDomain } from '@plinth/client/operations';
import { useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import type { OrganizationDomain } from '@plinth/client/types';
import { useState } from 'react';
import { useFormats, useSpeech } from '../../language.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Form } from '../../ui/form.tsx';
import { Done, Loaded, More } from '../../ui/page.tsx';

/** So long after the record was found to be gone, the domain is no longer verified. */
const LAPSE_MS = 5 * 24 * 3_600_000;

export function Domains({ organizationId }: { organizationId: string }) {
  const { t } = useSpeech();
  const { state } = useSession();
  const domains = useOperationPages(listDomains, state.status === 'signed-in' ? { organizationId } : undefined);
  const claim = useOperationChange(claimDomain, [listDomains]);
  return (
    <section>
      <h2>{t('domains.title')}</h2>
      <Loaded query={domains}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{t('domains.none')}</p>
          ) : (
            rows.map((domain) => <Domain key={domain.id} organizationId={organizationId} domain={domain} />)
          )
        }
      </Loaded>
      <More query={domains} />
      <section className="card">
        <h3>{t('domains.new')}</h3>
        <Form
          key={domains.data?.length}
          fields={[{ name: 'domain', label: t('domains.domain'), hint: t('domains.domain.hint'), autoComplete: 'off' }]}
          button={t('domains.claim')}
          send={({ domain = '' }) => claim.mutateAsync({ organizationId, body: { domain } })}
        />
      </section>
    </section>
  );
}

function Domain({ organizationId, domain: own }: { organizationId: string; domain: OrganizationDomain }) {
  const { t } = useSpeech();
  const verify = useOperationChange(verifyDomain, [listDomains]);
  const remove = useOperationChange(deleteDomain, [listDomains]);
  const [isVerified, setVerified] = useState(false);
  const { id: domainId, domain, record, verifiedAt } = own;
  return (
    <section className="card" aria-label={domain}>
      <h3>{domain}</h3>
      {isVerified && (
        <Done>
          <p>{t('domains.verified', { domain })}</p>
        </Done>
      )}
      <State domain={own} />
      <Facts
        facts={[
          [t('domains.record.type'), record.type],
          [t('domains.record.name'), <Copyable key="name" label={t('domains.record.name')} value={record.name} />],
          [t('domains.record.value'), <Copyable key="value" label={t('domains.record.value')} value={record.value} />],
        ]}
      />
      <Form
        quiet={verifiedAt !== null}
        fields={[]}
        button={t(verifiedAt === null ? 'domains.verify' : 'domains.check')}
        send={async () => {
          setVerified(false);
          await verify.mutateAsync({ organizationId, domainId });
          setVerified(true);
        }}
      />
      <div className="actions">
        <Confirm
          action={t('remove')}
          label={`${t('remove')}: ${domain}`}
          question={t('domains.remove.question', { domain })}
          send={() => remove.mutateAsync({ organizationId, domainId })}
        />
      </div>
    </section>
  );
}

function State({ domain: { verifiedAt, checkedAt, missingSince } }: { domain: OrganizationDomain }) {
  const { t } = useSpeech();
  const { date, moment } = useFormats();
  if (verifiedAt === null) return <p>{t('domains.state.open')}</p>;
  return (
    <>
      {missingSince !== null && (
        <p className="notice bad">
          {t('domains.state.missing', {
            since: date(missingSince),
            until: date(new Date(Date.parse(missingSince) + LAPSE_MS).toISOString()),
          })}
        </p>
      )}
      <p>
        <strong>{t('domains.state.verified', { at: date(verifiedAt) })}</strong>{' '}
        {checkedAt !== null && t('domains.state.checked', { at: moment(checkedAt) })}
      </p>
      <p className="quiet-text">{t('domains.state.keep')}</p>
    </>
  );
}
