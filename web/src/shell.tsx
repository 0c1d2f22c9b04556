/** What surrounds every page: the bar, whether the connection is there, and the language. */

import { name as brand } from 'virtual:brand';
import { useSession } from '@plinth/client/react';
import { Link, Outlet } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { acting } from './api.ts';
import { LANGUAGES, type Language, useSpeech } from './language.tsx';
import { ActingBanner } from './ui/acting-banner.tsx';
import { ProofDialog } from './ui/proof-dialog.tsx';

export function Shell() {
  const { t } = useSpeech();
  const { session, state } = useSession();
  const isIn = state.status === 'signed-in';
  return (
    <>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      {acting && <ActingBanner acting={acting} />}
      <Connection />
      <header className="bar">
        <Link className="brand" to="/">
          <img src="/docs/assets/logo.svg" alt="" width="24" height="24" />
          <span>{brand}</span>
        </Link>
        <nav aria-label={t('nav.label')}>
          {isIn ? (
            <>
              <Link to="/" activeOptions={{ exact: true }}>
                {t('nav.organizations')}
              </Link>
              <Link to="/account">{t('nav.account')}</Link>
              {!acting && (
                <button type="button" className="link" onClick={() => void session.signOut()}>
                  {t('nav.signOut')}
                </button>
              )}
            </>
          ) : (
            <>
              <Link to="/sign-in">{t('signIn.title')}</Link>
              <Link to="/register">{t('register.title')}</Link>
            </>
          )}
        </nav>
      </header>
      <Outlet />
      <footer>
        <Languages />
      </footer>
      <ProofDialog />
    </>
  );
}

export function Languages() {
  const { language, speak, t } = useSpeech();
  return (
    <nav aria-label={t('language')} className="actions">
      {(Object.keys(LANGUAGES) as Language[]).map((each) => (
        <button
          key={each}
          type="button"
          className="link"
          lang={each}
          aria-pressed={each === language}
          onClick={() => speak(each)}
        >
          {LANGUAGES[each]}
        </button>
      ))}
    </nav>
  );
}

/** Says that the connection is gone, and that it is back. */
export function Connection() {
  const { t } = useSpeech();
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, []);
  return <div role="status">{!isOnline && <p className="offline">{t('offline')}</p>}</div>;
}
