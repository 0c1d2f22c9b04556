/** Shows what went wrong, with the way out where there is one. */
import { ApiProblem } from '@plinth/client';
import { useEffect, useRef } from 'react';
import { type TextKey, useSpeech } from './language.tsx';
import { isText, sentenceOf } from './sentences.ts';
import { CompanyWay } from './ui/company-way.tsx';

/** Says what went wrong, and moves the focus there, so that a screen reader reads it. */
export function ProblemNotice({ error }: { error: unknown }) {
  const { t } = useSpeech();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) ref.current?.focus();
  }, [error]);
  if (!error) return null;
  const more = error instanceof ApiProblem && error.code === 'weak_password' ? (error.reasons ?? []) : [];
  return (
    <div className="notice bad" role="alert" tabIndex={-1} ref={ref}>
      <p>{sentenceOf(error, t)}</p>
      {more.length > 0 && (
        <ul>
          {more.map((reason) => (
            <li key={reason}>{isText(t, `weak.${reason}`) ? t(`weak.${reason}` as TextKey) : reason}</li>
          ))}
        </ul>
      )}
      <WayOut error={error} />
    </div>
  );
}

/** Where to go with a refusal that names the place. */
export function WayOut({ error }: { error: unknown }) {
  const { t } = useSpeech();
  if (!(error instanceof ApiProblem)) return null;
  if (error.code === 'company_sign_in_required' && error.provider) return <CompanyWay provider={error.provider} />;
  if (error.code === 'organization_second_factor_required')
    return (
      <p>
        {/* Loads the app anew, with a token that knows of the factor. */}
        <a href="/app/account/security">{t('security.title')}</a>
      </p>
    );
  return null;
}
