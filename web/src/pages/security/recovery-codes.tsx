import { createRecoveryCodes, getFactors } from '@plinth/client/operations';
import { useOperationChange } from '@plinth/client/react';
import { useState } from 'react';
import { useSpeech } from '../../language.tsx';
import { Part } from '../../ui/account.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Form } from '../../ui/form.tsx';
import { Done } from '../../ui/page.tsx';

export function RecoveryCodes({ left }: { left: number }) {
  const { t } = useSpeech();
  const create = useOperationChange(createRecoveryCodes, [getFactors]);
  const [codes, setCodes] = useState<readonly string[]>();
  const make = async () => setCodes((await create.mutateAsync({})).codes);
  return (
    <Part title={t('recovery.title')}>
      <p>{t('recovery.left', { left })}</p>
      {codes && <Codes codes={codes} onKept={() => setCodes(undefined)} />}
      {left === 0 ? (
        <Form quiet fields={[]} button={t('recovery.make')} send={make} />
      ) : (
        !codes && <Confirm action={t('recovery.renew')} question={t('recovery.renew.question')} send={make} />
      )}
    </Part>
  );
}

function Codes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useSpeech();
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(codes.join('\n')).then(() => setCopied(true));
  return (
    <Done>
      <p>{t('recovery.once')}</p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="actions">
        <button type="button" onClick={() => void copy().catch(() => setCopied(false))}>
          {t(isCopied ? 'recovery.copied' : 'recovery.copy')}
        </button>
        <button type="button" onClick={() => print()}>
          {t('recovery.print')}
        </button>
        <button type="button" onClick={onKept}>
          {t('recovery.kept')}
        </button>
      </div>
    </Done>
  );
}
