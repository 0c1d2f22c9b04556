/** One's own account: name, language, address, password, sessions, deletion. */
import {
  createEmailChange,
  deleteOtherSessions,
  deleteSession,
  getFactors,
  listSessions,
  requestDeletion,
  updateMe,
  updatePassword,
} from '@plinth/client/operations';
import { useClient, useOperation, useOperationChange, useOperationPages, useSession } from '@plinth/client/react';
import type { User } from '@plinth/client/types';
import { useState } from 'react';
import { LANGUAGES, useFormats, useSpeech } from '../language.tsx';
import { AccountLinks, deviceOf, Part } from '../ui/account.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { type FieldProps, Form } from '../ui/form.tsx';
import { Loaded, More, Page } from '../ui/page.tsx';
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

/** Accounts that were made with a provider have no password; another proof takes its place. */
function usePasswordField(name: string, label: 'field.password' | 'field.currentPassword'): FieldProps[] {
  const { t } = useSpeech();
  const { data } = useOperation(getFactors, {});
  if (data?.password === false) return [];
  return [{ name, label: t(label), type: 'password', autoComplete: 'current-password' }];
}

function EmailAddress() {
  const { t } = useSpeech();
  const client = useClient();
  const [sentTo, setSentTo] = useState<string>();
  const password = usePasswordField('password', 'field.password');
  return (
    <Part title={t('account.email')} done={sentTo && t('account.email.done', { email: sentTo })}>
      <Form
        fields={[{ name: 'email', label: t('account.email.new'), type: 'email', autoComplete: 'email' }, ...password]}
        button={t('account.email.button')}
        send={async ({ email = '', password: given }) => {
          setSentTo(undefined);
          await client.call(createEmailChange, { body: { email, ...(given && { password: given }) } });
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
  const currentPassword = usePasswordField('currentPassword', 'field.currentPassword');
  const newPassword: FieldProps = {
    ...{ name: 'newPassword', label: t('field.newPassword'), type: 'password', autoComplete: 'new-password' },
    hint: t('field.password.hint'),
  };
  return (
    <Part title={t('account.password')} done={isDone && t('account.password.done')}>
      <Form
        fields={[...currentPassword, newPassword]}
        button={t('account.password.button')}
        send={async ({ currentPassword: current, newPassword: chosen = '' }) => {
          setDone(false);
          const body = { newPassword: chosen, ...(current && { currentPassword: current }) };
          await client.call(updatePassword, { body });
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
        fields={usePasswordField('password', 'field.password')}
        button={t('account.delete')}
        send={async ({ password }) => {
          await client.call(requestDeletion, { body: password ? { password } : {} });
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
                  {rows.map(({ id, current, userAgent, ipAddress, lastUsedAt, bySupport }) => (
                    <li className="row" key={id}>
                      <div>
                        <p>
                          <strong>
                            {bySupport ? t('sessions.bySupport') : (deviceOf(userAgent) ?? t('sessions.unknown'))}
                          </strong>
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
