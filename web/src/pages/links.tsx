/** Where links in emails lead. Opening one changes nothing, as mail scanners open them too: a button does. */
import {
  acceptInvitation,
  confirmEmailVerification,
  confirmPasswordReset,
  lookUpInvitation,
  registerByInvitation,
  restoreMe,
  revertEmailChange,
  unsubscribeEmail,
} from '@plinth/client/operations';
import { useClient, useOperation, useSession } from '@plinth/client/react';
import type { SignInChallenge } from '@plinth/client/types';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { type TextKey, useSpeech } from '../language.tsx';
import { type FieldProps, Form } from '../ui/form.tsx';
import { Done, Loaded, Page, Waiting } from '../ui/page.tsx';
import { challengeOf, SecondFactor } from '../ui/second-factor.tsx';

interface LinkPageProps {
  /** The prefix of its texts: `.title`, `.lead`, `.button`, `.done`. */
  text: 'verify' | 'reset' | 'revert' | 'restore' | 'unsubscribe';
  send: (token: string, answers: Readonly<Record<string, string>>) => Promise<unknown>;
  fields?: readonly FieldProps[];
  next: ReactNode;
  /** Where to get another link. */
  again?: ReactNode;
}

/** What people paste is often broken into lines, or has a space at its end. */
const clean = (token: string) => token.replace(/\s+/g, '');

function LinkPage({ text, send, fields = [], next, again }: LinkPageProps) {
  const { t } = useSpeech();
  const { token } = useSearch({ strict: false });
  const [isDone, setDone] = useState(false);
  const key = (part: string) => t(`${text}.${part}` as TextKey);
  const pasted: FieldProps = {
    name: 'token',
    label: t('field.token'),
    hint: t('field.token.hint'),
    autoComplete: 'off',
  };
  return (
    <Page title={key('title')} lead={isDone ? undefined : key('lead')} width="narrow">
      {isDone ? (
        <>
          <Done>
            <p>{key('done')}</p>
          </Done>
          <p>{next}</p>
        </>
      ) : (
        <>
          <Form
            fields={token ? fields : [pasted, ...fields]}
            button={key('button')}
            send={async (answers) => {
              await send(clean(token ?? answers.token ?? ''), answers);
              setDone(true);
            }}
          />
          {again && <p>{again}</p>}
        </>
      )}
    </Page>
  );
}

function useSignInLink() {
  const { t } = useSpeech();
  return (
    <Link className="button primary" to="/sign-in">
      {t('signIn.title')}
    </Link>
  );
}

export function VerifyEmail() {
  const { t } = useSpeech();
  const client = useClient();
  return (
    <LinkPage
      text="verify"
      send={(token) => client.call(confirmEmailVerification, { body: { token } })}
      next={useSignInLink()}
      again={<Link to="/resend-verification">{t('resend.title')}</Link>}
    />
  );
}

export function ResetPassword() {
  const { t } = useSpeech();
  const client = useClient();
  return (
    <LinkPage
      text="reset"
      fields={[
        {
          ...{ name: 'password', label: t('field.newPassword'), type: 'password', autoComplete: 'new-password' },
          hint: t('field.password.hint'),
        },
      ]}
      send={(token, { password = '' }) => client.call(confirmPasswordReset, { body: { token, password } })}
      next={useSignInLink()}
      again={<Link to="/forgot-password">{t('forgot.title')}</Link>}
    />
  );
}

export function RevertEmailChange() {
  const { t } = useSpeech();
  const client = useClient();
  return (
    <LinkPage
      text="revert"
      send={(token) => client.call(revertEmailChange, { body: { token } })}
      next={
        <Link className="button primary" to="/forgot-password">
          {t('forgot.title')}
        </Link>
      }
    />
  );
}

export function RestoreAccount() {
  const client = useClient();
  return (
    <LinkPage text="restore" send={(token) => client.call(restoreMe, { body: { token } })} next={useSignInLink()} />
  );
}

export function Unsubscribe() {
  const { t } = useSpeech();
  const client = useClient();
  return (
    <LinkPage
      text="unsubscribe"
      send={(token) => client.call(unsubscribeEmail, { body: { token } })}
      next={<Link to="/">{t('home.back')}</Link>}
    />
  );
}

/** Whoever has an account signs in and joins; everybody else chooses a password and has joined. */
export function AcceptInvitation() {
  const { t } = useSpeech();
  const { token: given } = useSearch({ strict: false });
  const [pasted, setPasted] = useState<string>();
  const token = clean(given ?? pasted ?? '');
  const invitation = useOperation(lookUpInvitation, token ? { body: { token } } : undefined);
  return (
    <Page title={t('invitation.title')} width="narrow">
      {token ? (
        <Loaded query={invitation}>
          {({ organization, inviter, email, role, hasAccount }) => (
            <>
              <p className="lead">
                {inviter.name
                  ? t('invitation.lead', { inviter: inviter.name, organization: organization.name, role })
                  : t('invitation.leadWithout', { organization: organization.name, role })}
              </p>
              <Join token={token} email={email} hasAccount={hasAccount} />
            </>
          )}
        </Loaded>
      ) : (
        <Form
          fields={[{ name: 'token', label: t('field.token'), hint: t('field.token.hint'), autoComplete: 'off' }]}
          button={t('continue')}
          send={async (answers) => setPasted(answers.token)}
        />
      )}
    </Page>
  );
}

function Join({ token, email, hasAccount }: { token: string; email: string; hasAccount: boolean }) {
  const { t, language } = useSpeech();
  const client = useClient();
  const { session, state } = useSession();
  const navigate = useNavigate();
  const open = (organizationId: string) =>
    navigate({ to: '/organizations/$organizationId', params: { organizationId } });
  const [challenge, setChallenge] = useState<SignInChallenge>();
  const join = async () => open((await client.call(acceptInvitation, { body: { token } })).organizationId);
  if (challenge) {
    return <SecondFactor challenge={challenge} onDone={join} onBack={() => setChallenge(undefined)} />;
  }
  if (state.status === 'unknown') return <Waiting />;
  const isOther = state.status === 'signed-in' && state.user.email.toLowerCase() !== email.toLowerCase();
  if (state.status === 'signed-in' && !isOther) {
    return <Form fields={[]} button={t('invitation.join')} send={join} />;
  }
  if (isOther) {
    return (
      <>
        <p className="notice">{t('invitation.other', { email, current: state.user.email })}</p>
        <button type="button" className="primary" onClick={() => session.signOut()}>
          {t('nav.signOut')}
        </button>
      </>
    );
  }
  const password: FieldProps = hasAccount
    ? { name: 'password', label: t('field.password'), type: 'password', autoComplete: 'current-password' }
    : {
        ...{ name: 'password', label: t('field.newPassword'), type: 'password', autoComplete: 'new-password' },
        hint: t('field.password.hint'),
      };
  const name: FieldProps = { name: 'name', label: t('field.name'), autoComplete: 'name', optional: true };
  return (
    <>
      <p>{t(hasAccount ? 'invitation.signIn' : 'invitation.register', { email })}</p>
      <Form
        fields={hasAccount ? [password] : [name, password]}
        button={t('invitation.join')}
        send={async (answers) => {
          const chosen = answers.password ?? '';
          if (!hasAccount) {
            const body = { token, password: chosen, locale: language, ...(answers.name && { name: answers.name }) };
            const { organizationId } = await client.call(registerByInvitation, { body });
            await session.signIn({ email, password: chosen });
            return open(organizationId);
          }
          try {
            await session.signIn({ email, password: chosen });
          } catch (error) {
            const next = challengeOf(error);
            if (next) return setChallenge(next);
            throw error;
          }
          return join();
        }}
      />
      {hasAccount && (
        <p>
          <Link to="/forgot-password">{t('forgot.link')}</Link>
        </p>
      )}
    </>
  );
}
