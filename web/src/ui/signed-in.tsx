/** Pages for people who are signed in. Everybody else is sent to sign in, and back afterwards. */
import { useSession } from '@plinth/client/react';
import type { User } from '@plinth/client/types';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useSpeech } from '../language.tsx';
import { Page, Waiting } from './page.tsx';

export function SignedIn({ children }: { children: (user: User) => ReactNode }) {
  const { t } = useSpeech();
  const { session, state } = useSession();
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const isOut = state.status === 'signed-out';
  const wasAsked = isOut && state.reason === 'asked';
  // Once for each sign-out: this page is still shown while the next one loads, and would send people on again.
  useEffect(() => {
    const next = location.pathname.replace(/^\/app/, '');
    if (isOut) void navigate({ to: '/sign-in', search: wasAsked && next === '/' ? {} : { next }, replace: true });
  }, [isOut, wasAsked, navigate]);
  if (state.status === 'signed-in') return children(state.user);
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
