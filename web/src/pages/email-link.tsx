/** Signing in by email: asking for a link, following it, or typing its code. Opening the page changes nothing: a button does. */
import { createEmailLink, createSessionByEmailLink } from '@plinth/client/operations';
import { useClient, useSession } from '@plinth/client/react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useSpeech } from '../language.tsx';
import { Form } from '../ui/form.tsx';
import { Done, Page } from '../ui/page.tsx';

/** Blanks, which people paste with a code, and line breaks, which mail programs put into a link. */
const clean = (text: string) => text.replace(/\s+/g, '');

export function EmailLink() {
  const { t, speak } = useSpeech();
  const client = useClient();
  const { session, state } = useSession();
  const { token } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [sentTo, setSentTo] = useState<string>();
  const isIn = state.status === 'signed-in';
  useEffect(() => {
    if (isIn) void navigate({ to: '/', replace: true });
  }, [isIn, navigate]);

  async function enter(proof: { token: string } | { email: string; code: string }) {
    const answer = await client.call(createSessionByEmailLink, { body: { ...proof, mode: 'cookie' } });
    speak(session.adopt(answer).locale);
  }
  const email = { name: 'email', label: t('field.email'), type: 'email', autoComplete: 'username' } as const;
  const code = { name: 'code', label: t('emailLink.code'), autoComplete: 'one-time-code' } as const;

  return (
    <Page title={t('emailLink.title')} lead={t(token ? 'emailLink.follow' : 'emailLink.lead')} width="narrow">
      {token && <Form fields={[]} button={t('signIn.button')} send={() => enter({ token: clean(token) })} />}
      {!token && !sentTo && (
        <Form
          fields={[email]}
          button={t('emailLink.button')}
          send={async (answers) => {
            await client.call(createEmailLink, { body: { email: answers.email ?? '' } });
            setSentTo(answers.email);
          }}
        />
      )}
      {!token && sentTo && (
        <>
          <Done>
            <p>{t('emailLink.done', { email: sentTo })}</p>
          </Done>
          <Form
            fields={[code]}
            button={t('signIn.button')}
            send={(answers) => enter({ email: sentTo, code: clean(answers.code ?? '') })}
          />
        </>
      )}
      <p>
        <Link to="/sign-in">{t('signIn.title')}</Link>
      </p>
    </Page>
  );
}
