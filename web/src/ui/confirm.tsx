/** Asks once before something that takes away: in the place of the button, so that nothing else has to be covered. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useSpeech } from '../language.tsx';
import { ProblemNotice } from '../problems.tsx';

interface ConfirmProps {
  /** On the button. */
  action: string;
  /** What would happen. */
  question: ReactNode;
  send: () => Promise<unknown>;
  /** For screen readers, where several buttons have the same text. */
  label?: string;
}

export function Confirm({ action, question, send, label }: ConfirmProps) {
  const { t } = useSpeech();
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<unknown>();
  const [isSending, setSending] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const isBusy = useRef(false);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);

  async function confirm() {
    if (isBusy.current) return;
    isBusy.current = true;
    setSending(true);
    setError(undefined);
    try {
      await send();
      setOpen(false);
    } catch (problem) {
      setError(problem);
    } finally {
      isBusy.current = false;
      setSending(false);
    }
  }

  return (
    <>
      <button type="button" className="quiet" aria-label={label} onClick={() => setOpen(true)}>
        {action}
      </button>
      {isOpen && (
        <dialog ref={dialog} aria-label={action} onClose={() => setOpen(false)}>
          <p>{question}</p>
          <ProblemNotice error={error} />
          <div className="actions">
            <button type="button" className="danger" onClick={confirm} aria-disabled={isSending}>
              {isSending ? t('working') : action}
            </button>
            <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
              {t('cancel')}
            </button>
          </div>
        </dialog>
      )}
    </>
  );
}
