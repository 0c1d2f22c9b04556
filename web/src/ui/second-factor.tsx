/** The second step of a sign-in, for accounts with a second factor. */
import { type ApiProblem, isApiError } from '@plinth/client';
import { createSessionBySecondFactor } from '@plinth/client/operations';
import { useClient, useSession } from '@plinth/client/react';
import type { SignInChallenge, User } from '@plinth/client/types';
import { useState } from 'react';
import { useSpeech } from '../language.tsx';
import { ProofForm } from './proof.tsx';

/** The challenge of a refusal, if the first proof was right and another one is needed. */
export const challengeOf = (error: unknown): SignInChallenge | undefined =>
  isApiError(error) && error.code === 'second_factor_required' ? error.challenge : undefined;

interface SecondFactorProps {
  challenge: SignInChallenge;
  onDone: (user: User) => unknown;
  /** The sign-in must begin again: with the reason, if it is not what the person wants. */
  onBack: (reason?: ApiProblem) => void;
}

export function SecondFactor({ challenge, onDone, onBack }: SecondFactorProps) {
  const { t } = useSpeech();
  const client = useClient();
  const { session } = useSession();
  const [isRemembered, setRemembered] = useState(false);
  return (
    <>
      <ProofForm
        ways={challenge.factors}
        challenge={challenge.token}
        button={t('signIn.button')}
        send={async (proof) => {
          const body = { ...proof, challenge: challenge.token, rememberDevice: isRemembered };
          try {
            const answer = await client.call(createSessionBySecondFactor, { body });
            await onDone(session.adopt(answer));
          } catch (error) {
            if (isApiError(error) && isOver(error)) onBack(error);
            throw error;
          }
        }}
      >
        <label className="check">
          <input type="checkbox" checked={isRemembered} onChange={(event) => setRemembered(event.target.checked)} />
          {t('secondFactor.remember')}
        </label>
      </ProofForm>
      <p>
        <button type="button" className="link" onClick={() => onBack()}>
          {t('secondFactor.back')}
        </button>
      </p>
    </>
  );
}

const isOver = ({ code, attemptsLeft }: ApiProblem) => code === 'invalid_challenge' || attemptsLeft === 0;
