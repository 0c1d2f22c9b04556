import { confirmTotp, createTotp, deleteTotp, getFactors } from '@plinth/client/operations';
import { useOperationChange, useSession } from '@plinth/client/react';
import type { TotpSetup } from '@plinth/client/types';
import { useState } from 'react';
import { useSpeech } from '../../language.tsx';
import { Part } from '../../ui/account.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Form } from '../../ui/form.tsx';
import { compact } from '../../ui/proof.tsx';

export function AuthenticatorApp({ isSetUp }: { isSetUp: boolean }) {
  const { t } = useSpeech();
  const begin = useOperationChange(createTotp);
  const confirm = useOperationChange(confirmTotp, [getFactors]);
  const remove = useOperationChange(deleteTotp, [getFactors]);
  const { session } = useSession();
  const [setup, setSetup] = useState<TotpSetup>();
  const [done, setDone] = useState<'totp.added' | 'totp.removed'>();
  const start = async () => {
    setDone(undefined);
    setSetup(await begin.mutateAsync({}));
  };
  return (
    <Part title={t('totp.title')} done={done && t(done)}>
      <p>{t(isSetUp ? 'totp.on' : 'totp.off')}</p>
      {setup ? (
        <>
          <p>{t('totp.scan')}</p>
          <img className="qr" src={setup.qrCode} alt={t('totp.qr')} width="200" height="200" />
          <p>
            {t('totp.secret')} <code>{setup.secret}</code>
          </p>
          <Form
            takesFocus
            fields={[
              {
                ...{ name: 'code', label: t('field.totp'), hint: t('field.totp.hint') },
                ...{ autoComplete: 'one-time-code', inputMode: 'numeric' },
              },
            ]}
            button={t('totp.confirm')}
            send={async ({ code = '' }) => {
              await confirm.mutateAsync({ body: { code: compact(code) } });
              // Organizations that require a factor look at the token.
              await session.refresh().catch(() => {});
              setSetup(undefined);
              setDone('totp.added');
            }}
          />
          <div className="actions">
            <button type="button" onClick={() => setSetup(undefined)}>
              {t('cancel')}
            </button>
          </div>
        </>
      ) : (
        <>
          <Form quiet fields={[]} button={t(isSetUp ? 'totp.replace' : 'totp.begin')} send={start} />
          {isSetUp && (
            <div className="actions">
              <Confirm
                action={t('totp.remove')}
                question={t('totp.remove.question')}
                send={async () => {
                  await remove.mutateAsync({});
                  setDone('totp.removed');
                }}
              />
            </div>
          )}
        </>
      )}
    </Part>
  );
}
