/** Signing in without a password: with a passkey, or with an identity provider. */
import {
  createPasskeySignInOptions,
  createSessionByPasskey,
  listIdentityProviders,
  startProviderSignIn,
} from '@plinth/client/operations';
import { useClient, useOperation, useSession } from '@plinth/client/react';
import type { SignInChallenge, User } from '@plinth/client/types';
import { useSpeech } from '../language.tsx';
import { askForPasskey, canUsePasskeys } from '../passkeys.ts';
import { Form } from './form.tsx';
import { challengeOf } from './second-factor.tsx';

interface OtherWaysProps {
  /** Where to go on after a provider: a page of this app. */
  returnTo: string;
  onDone: (user: User) => void;
  onChallenge: (challenge: SignInChallenge) => void;
}

export function OtherWays({ returnTo, onDone, onChallenge }: OtherWaysProps) {
  const { t } = useSpeech();
  const client = useClient();
  const { session } = useSession();
  return (
    <div className="other-ways">
      {canUsePasskeys() && (
        <Form
          quiet
          fields={[]}
          button={t('signIn.passkey')}
          send={async () => {
            const { challenge, options } = await client.call(createPasskeySignInOptions, { body: {} });
            const credential = await askForPasskey(options);
            const body = { challenge, credential, mode: 'cookie' } as const;
            try {
              onDone(session.adopt(await client.call(createSessionByPasskey, { body })));
            } catch (error) {
              const next = challengeOf(error);
              if (!next) throw error;
              onChallenge(next);
            }
          }}
        />
      )}
      <ProviderButtons returnTo={returnTo} text="signIn.provider" />
    </div>
  );
}

/** One button for each provider. Nothing, if there are none. */
export function ProviderButtons(props: { returnTo: string; text: 'signIn.provider' | 'identities.link' }) {
  const { t } = useSpeech();
  const client = useClient();
  const { data } = useOperation(listIdentityProviders, {});
  return data?.data.map(({ name, label }) => (
    <Form
      key={name}
      quiet
      fields={[]}
      button={t(props.text, { provider: label })}
      send={async () => {
        const body = { returnTo: props.returnTo, mode: 'cookie' } as const;
        const { url } = await client.call(startProviderSignIn, { provider: name, body });
        location.assign(url);
        // Until the browser has left.
        await new Promise(() => {});
      }}
    />
  ));
}
