/** A change with its reason: a button, and a dialog that asks for the reason and for what else is needed. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useSpeech } from '../language.tsx';
import { type Answers, type FieldProps, Form } from '../ui/form.tsx';
import { useTexts } from './texts.ts';

interface ActionProps {
  action: string;
  /** What it does. */
  about?: ReactNode;
  /** For screen readers, where several buttons have the same text. */
  label?: string;
  fields?: readonly FieldProps[];
  danger?: boolean;
  send: (answers: Answers & { reason: string }) => Promise<unknown>;
}

export function Action({ action, about, label, fields = [], danger, send }: ActionProps) {
  const { t } = useSpeech();
  const text = useTexts();
  const [isOpen, setOpen] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  return (
    <>
      <button type="button" className="quiet" aria-label={label} onClick={() => setOpen(true)}>
        {action}
      </button>
      {isOpen && (
        <dialog ref={dialog} aria-labelledby={title} onClose={() => setOpen(false)}>
          <h2 id={title}>{label ?? action}</h2>
          {about && <p>{about}</p>}
          <Form
            takesFocus
            {...(danger && { danger })}
            fields={[
              ...fields,
              { name: 'reason', label: text('reason'), hint: text('reason.hint'), autoComplete: 'off' },
            ]}
            button={action}
            send={async ({ reason = '', ...answers }) => {
              await send({ ...answers, reason });
              dialog.current?.close();
            }}
          />
          <div className="actions">
            <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
              {t('cancel')}
            </button>
          </div>
        </dialog>
      )}
    </>
  );
}
