/** Says in whose name this tab acts, until when, and how to stop. It is on every page. */
import { useState } from 'react';
import { type Acting, stopActing } from '../acting.ts';
import { plainClient } from '../api.ts';
import { useFormats, useSpeech } from '../language.tsx';
import { ProblemNotice } from '../problems.tsx';

export function ActingBanner({ acting }: { acting: Acting }) {
  const { t } = useSpeech();
  const { moment } = useFormats();
  const [error, setError] = useState<unknown>();
  const [isSending, setSending] = useState(false);

  async function stop() {
    if (isSending) return;
    setSending(true);
    await stopActing(plainClient, acting).catch(setError);
    setSending(false);
  }

  return (
    <section className="acting" aria-label={t('acting.label')}>
      <strong>
        {t(acting.mayChange ? 'acting.changing' : 'acting.reading', {
          email: acting.email,
          until: moment(acting.expiresAt),
        })}
      </strong>
      <button type="button" onClick={stop} aria-disabled={isSending}>
        {isSending ? t('working') : t('acting.stop')}
      </button>
      <ProblemNotice error={error} />
    </section>
  );
}
