/** Pages for people who are signed in. Everybody else is sent to sign in, and back afterwards. */
import { useSession } from '@plinth/client/react';
import type { User } from '@plinth/client/types';
import { Navigate, useLocation } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useSpeech } from '../language.tsx';
import { Page, Waiting } from './page.tsx';

export function SignedIn({ children }: { children: (user: User) => ReactNode }) {
  const { t } = useSpeech();
  const { session, state } = useSession();
  const { pathname } = useLocation();
  const [isAsking, setAsking] = useState(false);
  if (state.status === 'signed-in') return children(state.user);
  if (state.status === 'signed-out') {
    return <Navigate to="/sign-in" search={{ next: pathname }} replace />;
  }
  const again = async () => {
    setAsking(true);
    await session.restore().catch(() => {});
    setAsking(false);
  };
  return (
    <Page title={t('loading')} width="narrow">
      <Waiting />
      <button type="button" onClick={again} aria-disabled={isAsking}>
        {t('again')}
      </button>
    </Page>
  );
}
