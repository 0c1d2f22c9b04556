import {
  createPasskey,
  createPasskeyOptions,
  deletePasskey,
  getFactors,
  listPasskeys,
  updatePasskey,
} from '@plinth/client/operations';
import { useClient, useOperationChange, useOperationPages } from '@plinth/client/react';
import type { Passkey } from '@plinth/client/types';
import { useState } from 'react';
import { useFormats, useSpeech } from '../../language.tsx';
import { canUsePasskeys, makePasskey } from '../../passkeys.ts';
import { deviceOf, Part } from '../../ui/account.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Form } from '../../ui/form.tsx';
import { Loaded, More } from '../../ui/page.tsx';

export function Passkeys() {
  const { t } = useSpeech();
  const passkeys = useOperationPages(listPasskeys, {});
  const [isAdded, setAdded] = useState(false);
  return (
    <Part title={t('passkeys.title')} done={isAdded && t('passkeys.added')}>
      <p>{t('passkeys.lead')}</p>
      <Loaded query={passkeys}>
        {(rows) => (
          <>
            <ul className="rows">
              {rows.map((passkey) => (
                <Row key={passkey.id} passkey={passkey} />
              ))}
            </ul>
            <More query={passkeys} />
          </>
        )}
      </Loaded>
      {canUsePasskeys() ? <Add onAdded={setAdded} /> : <p className="notice">{t('passkeys.unsupported')}</p>}
    </Part>
  );
}

function Add({ onAdded }: { onAdded: (isAdded: boolean) => void }) {
  const { t } = useSpeech();
  const client = useClient();
  const add = useOperationChange(createPasskey, [listPasskeys, getFactors]);
  return (
    <Form
      quiet
      fields={[
        {
          ...{ name: 'name', label: t('passkeys.name'), hint: t('passkeys.name.hint'), autoComplete: 'off' },
          initial: deviceOf(navigator.userAgent) ?? '',
        },
      ]}
      button={t('passkeys.add')}
      send={async ({ name = '' }) => {
        onAdded(false);
        const { challenge, options } = await client.call(createPasskeyOptions, {});
        const credential = await makePasskey(options);
        await add.mutateAsync({ body: { challenge, credential, name } });
        // Organizations that require a factor look at the token.
        await client.session.refresh().catch(() => {});
        onAdded(true);
      }}
    />
  );
}

function Row({ passkey: { id, name, createdAt, lastUsedAt } }: { passkey: Passkey }) {
  const { t } = useSpeech();
  const { moment } = useFormats();
  const rename = useOperationChange(updatePasskey, [listPasskeys]);
  const remove = useOperationChange(deletePasskey, [listPasskeys, getFactors]);
  const [isRenaming, setRenaming] = useState(false);
  return (
    <li className="row">
      {isRenaming ? (
        <Form
          quiet
          takesFocus
          fields={[{ name: 'name', label: t('passkeys.name'), initial: name, autoComplete: 'off' }]}
          button={t('save')}
          send={async ({ name: chosen = '' }) => {
            await rename.mutateAsync({ passkeyId: id, body: { name: chosen } });
            setRenaming(false);
          }}
        />
      ) : (
        <div>
          <p>
            <strong>{name}</strong>
          </p>
          <p className="quiet-text">
            {t('passkeys.used', { added: moment(createdAt), used: lastUsedAt ? moment(lastUsedAt) : t('never') })}
          </p>
        </div>
      )}
      <div className="actions">
        {!isRenaming && (
          <button type="button" aria-label={`${t('passkeys.rename')}: ${name}`} onClick={() => setRenaming(true)}>
            {t('passkeys.rename')}
          </button>
        )}
        <Confirm
          action={t('remove')}
          label={`${t('remove')}: ${name}`}
          question={t('passkeys.remove.question', { name })}
          send={() => remove.mutateAsync({ passkeyId: id })}
        />
      </div>
    </li>
  );
}
