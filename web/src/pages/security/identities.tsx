import { linkIdentity, listIdentities, listIdentityProviders, unlinkIdentity } from '@plinth/client/operations';
import { useOperation, useOperationChange } from '@plinth/client/react';
import { useState } from 'react';
import { useFormats, useSpeech } from '../../language.tsx';
import { LINKING_PAGE, pendingLink } from '../../pending-link.ts';
import { Part } from '../../ui/account.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Form } from '../../ui/form.tsx';
import { ProviderButtons } from '../../ui/other-ways.tsx';
import { Loaded } from '../../ui/page.tsx';

export function LinkedIdentities() {
  const { t } = useSpeech();
  const { moment } = useFormats();
  const identities = useOperation(listIdentities, {});
  const providers = useOperation(listIdentityProviders, {});
  const unlink = useOperationChange(unlinkIdentity, [listIdentities]);
  const labelOf = (name: string) => providers.data?.data.find((each) => each.name === name)?.label ?? name;
  // Nothing to link, and nothing linked.
  if (providers.data?.data.length === 0 && identities.data?.data.length === 0) return null;
  return (
    <Part title={t('identities.title')}>
      <p>{t('identities.lead')}</p>
      <LinkPending />
      <Loaded query={identities}>
        {({ data }) => (
          <ul className="rows">
            {data.map(({ id, provider, address, lastUsedAt }) => (
              <li className="row" key={id}>
                <div>
                  <p>
                    <strong>{labelOf(provider)}</strong> {address}
                  </p>
                  <p className="quiet-text">
                    {t('identities.used', { at: lastUsedAt ? moment(lastUsedAt) : t('never') })}
                  </p>
                </div>
                <Confirm
                  action={t('identities.unlink')}
                  label={`${t('identities.unlink')}: ${labelOf(provider)} ${address ?? ''}`}
                  question={t('identities.unlink.question', { provider: labelOf(provider) })}
                  send={() => unlink.mutateAsync({ identityId: id })}
                />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <div className="other-ways">
        <ProviderButtons returnTo={LINKING_PAGE} text="identities.link" />
      </div>
    </Part>
  );
}

/** After a sign-in with a provider that found no account of its own. */
function LinkPending() {
  const { t } = useSpeech();
  const link = useOperationChange(linkIdentity, [listIdentities]);
  const [code, setCode] = useState(pendingLink.code);
  if (!code) return null;
  return (
    <div className="notice">
      <p>{t('identities.pending')}</p>
      <Form
        fields={[]}
        button={t('identities.linkPending')}
        send={async () => {
          await link.mutateAsync({ body: { code } });
          pendingLink.forget();
          setCode(undefined);
        }}
      />
    </div>
  );
}
