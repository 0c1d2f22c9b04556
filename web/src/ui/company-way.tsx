/** The way to the identity provider of an organization, wherever somebody is told that it is the only one. */
import { startProviderSignIn } from '@plinth/client/operations';
import { useState } from 'react';
import { plainClient } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { ownPage } from '../own-page.ts';
import { sentenceOf } from '../sentences.ts';

/** @param provider as `company_sign_in_required` names it */
export function CompanyWay({ provider }: { provider: string }) {
  const { t } = useSpeech();
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>();
  async function go() {
    if (isSending) return;
    setSending(true);
    setError(undefined);
    try {
      const returnTo = ownPage(new URLSearchParams(location.search).get('next') ?? undefined);
      const { url } = await plainClient.call(startProviderSignIn, { provider, body: { returnTo, mode: 'cookie' } });
      location.assign(url);
      // The button stays as it is until the browser has left.
    } catch (problem) {
      setError(problem);
      setSending(false);
    }
  }
  return (
    <p>
      {error !== undefined && (
        <span className="fault" role="alert">
          {sentenceOf(error, t)}{' '}
        </span>
      )}
      <button type="button" className="primary" onClick={go} aria-disabled={isSending}>
        {isSending ? t('working') : t('signIn.company')}
      </button>
    </p>
  );
}
