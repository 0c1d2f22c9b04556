/** One's own account: name, language, address, password, sessions, deletion. */
import {
  createEmailChange,
  deleteOtherSessions,
  deleteSession,
  listSessions,
  requestDeletion,
  updateMe,
  updatePassword,
} from '@plinth/client/operations';
import { useClient, useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import type { User } from '@plinth/client/types';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { LANGUAGES, useFormats, useSpeech } from '../language.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { type FieldProps, Form } from '../ui/form.tsx';
import { Done, Loaded, Page } from '../ui/page.tsx';
import { SignedIn } from '../ui/signed-in.tsx';

export function Account() {
  const { t } = useSpeech();
  return (
    <SignedIn>
      {(user) => (
        <Page title={t('account.title')} lead={user.email}>
          <AccountLinks />
          <Profile user={user} />
          <EmailAddress />
          <Password />
          <Deletion />
        </Page>
      )}
    </SignedIn>
  );
}

function AccountLinks() {
  const { t } = useSpeech();
  return (
    <nav className="sub" aria-label={t('account.title')}>
      <Link to="/account" activeOptions={{ exact: true }}>
        {t('account.profile')}
      </Link>
      <Link to="/account/sessions">{t('sessions.title')}</Link>
    </nav>
  );
}

/** A form that says that it is done, and stays. */
function Part({ title, done, children }: { title: string; done: ReactNode; children: ReactNode }) {
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

function Profile({ user }: { user: User }) {
  const { t, speak } = useSpeech();
  const { session } = useSession();
  const client = useClient();
  const [isDone, setDone] = useState(false);
  const locales = Object.entries(LANGUAGES).map(([value, text]) => ({ value, text }));
  return (
    <Part title={t('account.profile')} done={isDone && t('account.saved')}>
      <Form
        fields={[
          { name: 'name', label: t('field.name'), autoComplete: 'name', optional: true, initial: user.name ?? '' },
          {
            name: 'locale',
            label: t('language'),
            options: locales,
            initial: user.locale.startsWith('de') ? 'de' : 'en',
          },
        ]}
        button={t('save')}
        send={async ({ name, locale = 'en' }) => {
          setDone(false);
          session.know(await client.call(updateMe, { body: { name: name || null, locale } }));
          speak(locale);
          setDone(true);
        }}
      />
    </Part>
  );
}

function EmailAddress() {
  const { t } = useSpeech();
  const client = useClient();
  const [sentTo, setSentTo] = useState<string>();
  return (
    <Part title={t('account.email')} done={sentTo && t('account.email.done', { email: sentTo })}>
      <Form
        fields={[
          { name: 'email', label: t('account.email.new'), type: 'email', autoComplete: 'email' },
          { name: 'password', label: t('field.password'), type: 'password', autoComplete: 'current-password' },
        ]}
        button={t('account.email.button')}
        send={async ({ email = '', password = '' }) => {
          setSentTo(undefined);
          await client.call(createEmailChange, { body: { email, password } });
          setSentTo(email);
        }}
      />
    </Part>
  );
}

function Password() {
  const { t } = useSpeech();
  const client = useClient();
  const [isDone, setDone] = useState(false);
  const newPassword: FieldProps = {
    ...{ name: 'newPassword', label: t('field.newPassword'), type: 'password', autoComplete: 'new-password' },
    hint: t('field.password.hint'),
  };
  return (
    <Part title={t('account.password')} done={isDone && t('account.password.done')}>
      <Form
        fields={[
          {
            name: 'currentPassword',
            label: t('field.currentPassword'),
            type: 'password',
            autoComplete: 'current-password',
          },
          newPassword,
        ]}
        button={t('account.password.button')}
        send={async ({ currentPassword = '', newPassword: chosen = '' }) => {
          setDone(false);
          await client.call(updatePassword, { body: { currentPassword, newPassword: chosen } });
          setDone(true);
        }}
      />
    </Part>
  );
}

function Deletion() {
  const { t } = useSpeech();
  const client = useClient();
  const { session } = useSession();
  return (
    <Part title={t('account.delete')} done={undefined}>
      <p>{t('account.delete.lead')}</p>
      <Form
        danger
        fields={[{ name: 'password', label: t('field.password'), type: 'password', autoComplete: 'current-password' }]}
        button={t('account.delete')}
        send={async ({ password = '' }) => {
          await client.call(requestDeletion, { body: { password } });
          await session.signOut();
        }}
      />
    </Part>
  );
}

export function Sessions() {
  const { t } = useSpeech();
  const { moment } = useFormats();
  const { state } = useSession();
  const isIn = state.status === 'signed-in';
  const sessions = useOperationPages(listSessions, isIn ? {} : undefined);
  const end = useOperationChange(deleteSession, [listSessions]);
  const endOthers = useOperationChange(deleteOtherSessions, [listSessions]);
  return (
    <SignedIn>
      {() => (
        <Page title={t('sessions.title')} lead={t('sessions.lead')}>
          <AccountLinks />
          <Loaded query={sessions}>
            {(rows) => (
              <>
                <ul className="rows">
                  {rows.map(({ id, current, userAgent, ipAddress, lastUsedAt }) => (
                    <li className="row" key={id}>
                      <div>
                        <p>
                          <strong>{deviceOf(userAgent) ?? t('sessions.unknown')}</strong>
                          {current && ` · ${t('sessions.current')}`}
                        </p>
                        <p className="quiet-text">
                          {t('sessions.used', { at: moment(lastUsedAt), from: ipAddress ?? '?' })}
                        </p>
                      </div>
                      {!current && (
                        <Confirm
                          action={t('sessions.end')}
                          label={`${t('sessions.end')}: ${deviceOf(userAgent) ?? t('sessions.unknown')}`}
                          question={t('sessions.end.question')}
                          send={() => end.mutateAsync({ sessionId: id })}
                        />
                      )}
                    </li>
                  ))}
                </ul>
                {rows.length > 1 && (
                  <div className="actions">
                    <Confirm
                      action={t('sessions.endOthers')}
                      question={t('sessions.endOthers.question')}
                      send={() => endOthers.mutateAsync({})}
                    />
                  </div>
                )}
                <More query={sessions} />
              </>
            )}
          </Loaded>
        </Page>
      )}
    </SignedIn>
  );
}

function More({
  query,
}: {
  query: { hasNextPage: boolean; fetchNextPage: () => unknown; isFetchingNextPage: boolean };
}) {
  const { t } = useSpeech();
  if (!query.hasNextPage) return null;
  return (
    <p className="actions">
      <button type="button" onClick={() => query.fetchNextPage()} aria-disabled={query.isFetchingNextPage}>
        {query.isFetchingNextPage ? t('working') : t('more')}
      </button>
    </p>
  );
}

/** A browser and a system, as people call them: enough to recognize one's own. */
function deviceOf(userAgent: string | null): string | undefined {
  if (!userAgent) return undefined;
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent)?.[1];
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' };
  const shown = [browser, system].flatMap((each) => (each ? [names[each] ?? each] : []));
  return shown.length > 0 ? shown.join(', ') : userAgent.slice(0, 60);
}
