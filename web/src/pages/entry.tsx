/** The ways in: sign in, register, ask for emails again. */

import { type ApiProblem, isApiError } from '@plinth/client';
import { createEmailVerification, createPasswordReset, createUser } from '@plinth/client/operations';
import { useClient, useSession } from '@plinth/client/react';
import type { SignInChallenge } from '@plinth/client/types';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useSpeech } from '../language.tsx';
import { ownPage } from '../own-page.ts';
import { ProblemNotice } from '../problems.tsx';
import { CompanyWay } from '../ui/company-way.tsx';
import { Form } from '../ui/form.tsx';
import { OtherWays } from '../ui/other-ways.tsx';
import { Done, Page } from '../ui/page.tsx';
import { challengeOf, SecondFactor } from '../ui/second-factor.tsx';

export function SignIn() {
  const { t, speak } = useSpeech();
  const { state } = useSession();
  const { next, token, provider } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [challenge, setChallenge] = useState<SignInChallenge>();
  const [reason, setReason] = useState<ApiProblem>();
  const isIn = state.status === 'signed-in';
  useEffect(() => {
    if (isIn) void navigate({ to: ownPage(next), search: token ? { token } : {}, replace: true });
  }, [isIn, next, token, navigate]);
  if (challenge) {
    return (
      <Page key="second" title={t('secondFactor.title')} lead={t('secondFactor.lead')} width="narrow">
        <SecondFactor
          challenge={challenge}
          onDone={(user) => speak(user.locale)}
          onBack={(problem) => {
            setReason(problem);
            setChallenge(undefined);
          }}
        />
      </Page>
    );
  }
  return (
    <Page key="first" title={t('signIn.title')} width="narrow">
      {state.status === 'signed-out' && state.reason === 'ended' && <p className="notice">{t('signIn.ended')}</p>}
      <ProblemNotice error={reason} />
      {provider?.startsWith('company-') && <CompanyWay provider={provider} />}
      <FirstProof onChallenge={setChallenge} />
      <OtherWays returnTo={ownPage(next)} onDone={(user) => speak(user.locale)} onChallenge={setChallenge} />
      <p>
        <Link to="/forgot-password">{t('forgot.link')}</Link>
      </p>
      <p>
        {t('signIn.new')} <Link to="/register">{t('register.title')}</Link>
      </p>
    </Page>
  );
}

function FirstProof({ onChallenge }: { onChallenge: (challenge: SignInChallenge) => void }) {
  const { t, speak } = useSpeech();
  const { session } = useSession();
  const [isUnverified, setUnverified] = useState(false);
  return (
    <>
      <Form
        fields={[
          { name: 'email', label: t('field.email'), type: 'email', autoComplete: 'username' },
          { name: 'password', label: t('field.password'), type: 'password', autoComplete: 'current-password' },
        ]}
        button={t('signIn.button')}
        send={async ({ email = '', password = '' }) => {
          try {
            speak((await session.signIn({ email, password })).locale);
          } catch (error) {
            const challenge = challengeOf(error);
            if (challenge) return onChallenge(challenge);
            setUnverified(isApiError(error) && error.code === 'email_not_verified');
            throw error;
          }
        }}
      />
      {isUnverified && (
        <p>
          <Link to="/resend-verification">{t('resend.title')}</Link>
        </p>
      )}
    </>
  );
}

export function Register() {
  const { t, language } = useSpeech();
  const client = useClient();
  const [sentTo, setSentTo] = useState<string>();
  return (
    <Page title={t('register.title')} lead={sentTo ? undefined : t('register.lead')} width="narrow">
      {sentTo ? (
        <>
          <Done>
            <p>{t('register.done', { email: sentTo })}</p>
          </Done>
          <p>
            <Link to="/resend-verification">{t('resend.title')}</Link>
          </p>
        </>
      ) : (
        <Form
          fields={[
            { name: 'name', label: t('field.name'), autoComplete: 'name', optional: true },
            { name: 'email', label: t('field.email'), type: 'email', autoComplete: 'username' },
            {
              ...{ name: 'password', label: t('field.password'), type: 'password', autoComplete: 'new-password' },
              hint: t('field.password.hint'),
            },
          ]}
          button={t('register.title')}
          send={async ({ name, email = '', password = '' }) => {
            await client.call(createUser, { body: { email, password, locale: language, ...(name && { name }) } });
            setSentTo(email);
          }}
        />
      )}
      <p>
        {t('register.known')} <Link to="/sign-in">{t('signIn.title')}</Link>
      </p>
    </Page>
  );
}

export function ForgotPassword() {
  const { t } = useSpeech();
  const client = useClient();
  return (
    <AskForEmail
      title={t('forgot.title')}
      lead={t('forgot.lead')}
      button={t('forgot.button')}
      done={(email) => t('forgot.done', { email })}
      send={(email) => client.call(createPasswordReset, { body: { email } })}
    />
  );
}

export function ResendVerification() {
  const { t } = useSpeech();
  const client = useClient();
  return (
    <AskForEmail
      title={t('resend.title')}
      lead={t('resend.lead')}
      button={t('resend.button')}
      done={(email) => t('resend.done', { email })}
      send={(email) => client.call(createEmailVerification, { body: { email } })}
    />
  );
}

interface AskForEmailProps {
  title: string;
  lead: string;
  button: string;
  done: (email: string) => string;
  send: (email: string) => Promise<unknown>;
}

function AskForEmail({ title, lead, button, done, send }: AskForEmailProps) {
  const { t } = useSpeech();
  const [sentTo, setSentTo] = useState<string>();
  return (
    <Page title={title} lead={lead} width="narrow">
      {sentTo && (
        <Done>
          <p>{done(sentTo)}</p>
        </Done>
      )}
      <Form
        fields={[{ name: 'email', label: t('field.email'), type: 'email', autoComplete: 'username' }]}
        button={button}
        send={async ({ email = '' }) => {
          setSentTo(undefined);
          await send(email);
          setSentTo(email);
        }}
      />
      <p>
        <Link to="/sign-in">{t('signIn.title')}</Link>
      </p>
    </Page>
  );
}
