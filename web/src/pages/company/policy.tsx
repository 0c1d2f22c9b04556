/** What an organization requires of its members. */
import { getOrganizationPolicy, putOrganizationPolicy } from '@plinth/client/operations';
import { useOperation, useOperationChange, useSession } from '@plinth/client/react';
import type { Inviters, OrganizationPolicy } from '@plinth/client/types';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type Speech, useSpeech } from '../../language.tsx';
import { Form } from '../../ui/form.tsx';
import { OrganizationPage } from '../../ui/organization.tsx';
import { Done, Loaded } from '../../ui/page.tsx';

const HOUR = 60;
const DAY = 24 * HOUR;
/** The choices, in minutes. */
const AGES = [15, HOUR, 8 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY];
const ANY = 'any';
const INVITERS: readonly Inviters[] = ['permitted', 'owners'];

export function Policy() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const { t } = useSpeech();
  const { state } = useSession();
  const policy = useOperation(getOrganizationPolicy, state.status === 'signed-in' ? { organizationId } : undefined);
  const [isSaved, setSaved] = useState(false);
  return (
    <OrganizationPage title={t('policy.title')} organizationId={organizationId}>
      <p>{t('policy.lead')}</p>
      {isSaved && (
        <Done>
          <p>{t('policy.saved')}</p>
        </Done>
      )}
      <Loaded query={policy}>
        {(current) => (
          <PolicyForm
            key={JSON.stringify(current)}
            organizationId={organizationId}
            policy={current}
            onSaved={setSaved}
          />
        )}
      </Loaded>
    </OrganizationPage>
  );
}

interface PolicyFormProps {
  organizationId: string;
  policy: OrganizationPolicy;
  onSaved: (is: boolean) => void;
}

function PolicyForm({ organizationId, policy, onSaved }: PolicyFormProps) {
  const { t } = useSpeech();
  const put = useOperationChange(putOrganizationPolicy, [getOrganizationPolicy]);
  const [needsFactor, setNeedsFactor] = useState(policy.requireSecondFactor);
  const { sessionMinutes: age } = policy;
  const ages = age === null || AGES.includes(age) ? AGES : [...AGES, age].sort((one, other) => one - other);
  return (
    <section className="card">
      <Form
        fields={[
          {
            ...{ name: 'age', label: t('policy.age'), hint: t('policy.age.hint'), initial: String(age ?? ANY) },
            options: [
              { value: ANY, text: t('policy.age.any') },
              ...ages.map((minutes) => ({ value: String(minutes), text: textOf(minutes, t) })),
            ],
          },
          {
            ...{ name: 'inviters', label: t('policy.inviters'), initial: policy.inviters },
            options: INVITERS.map((value) => ({ value, text: t(`policy.inviters.${value}`) })),
          },
        ]}
        button={t('save')}
        send={async ({ age: minutes, inviters }) => {
          onSaved(false);
          const sessionMinutes = minutes === ANY ? null : Number(minutes);
          const body = { requireSecondFactor: needsFactor, sessionMinutes, inviters: inviters as Inviters };
          await put.mutateAsync({ organizationId, body });
          onSaved(true);
        }}
      >
        <label className="check">
          <input type="checkbox" checked={needsFactor} onChange={(event) => setNeedsFactor(event.target.checked)} />
          {t('policy.factor')}
        </label>
        <p className="quiet-text">{t('policy.factor.hint')}</p>
      </Form>
    </section>
  );
}

function textOf(minutes: number, t: Speech['t']): string {
  if (minutes % DAY === 0) return t('policy.days', { count: minutes / DAY });
  if (minutes % HOUR === 0) return t('policy.hours', { count: minutes / HOUR });
  return t('policy.minutes', { count: minutes });
}
