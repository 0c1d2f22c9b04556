/** The frame of the pages of one's own account. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSpeech } from '../language.tsx';
import { Done } from './page.tsx';

export function AccountLinks() {
  const { t } = useSpeech();
  return (
    <nav className="sub" aria-label={t('account.title')}>
      <Link to="/account" activeOptions={{ exact: true }}>
        {t('account.profile')}
      </Link>
      <Link to="/account/security">{t('security.title')}</Link>
      <Link to="/account/sessions">{t('sessions.title')}</Link>
    </nav>
  );
}

/** A part of a page, which says when something is done, and stays. */
export function Part({ title, done, children }: { title: string; done?: ReactNode; children: ReactNode }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      {done && (
        <Done>
          <p>{done}</p>
        </Done>
      )}
      {children}
    </section>
  );
}

/** A browser and a system, as people call them: enough to recognize one's own. */
export function deviceOf(userAgent: string | null): string | undefined {
  if (!userAgent) return undefined;
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent)?.[1];
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' };
  const shown = [browser, system].flatMap((each) => (each ? [names[each] ?? each] : []));
  return shown.length > 0 ? shown.join(', ') : userAgent.slice(0, 60);
}
