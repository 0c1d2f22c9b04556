/** Asks for one of several proofs: a password, a code or a passkey. */
import { createPasskeySignInOptions } from '@plinth/client/operations';
import type { SignedCredential } from '@plinth/client/types';
import { type ReactNode, useState } from 'react';
import { plainClient } from '../api.ts';
import { type Speech, useSpeech } from '../language.tsx';
import { askForPasskey, canUsePasskeys } from '../passkeys.ts';
import { type FieldProps, Form } from './form.tsx';

/** In the order in which they are offered. */
const WAYS = ['passkey', 'totp', 'password', 'recovery_code'] as const;
type Way = (typeof WAYS)[number];

/** What the API takes: one of the proofs. */
export interface Proof {
  readonly password?: string;
  readonly totp?: string;
  readonly recoveryCode?: string;
  readonly credential?: SignedCredential;
  /** With `credential`: of its options. */
  readonly challenge?: string;
}

interface ProofFormProps {
  /** As the API names them. */
  ways: readonly string[];
  button: string;
  /** The token of a sign-in that is under way, to which a passkey then belongs. */
  challenge?: string;
  send: (proof: Proof) => Promise<unknown>;
  children?: ReactNode;
}

export function ProofForm({ ways, button, challenge, send, children }: ProofFormProps) {
  const { t } = useSpeech();
  const [chosen, setChosen] = useState<Way>();
  const usable = WAYS.filter((way) => ways.includes(way) && (way !== 'passkey' || canUsePasskeys()));
  const way = chosen && usable.includes(chosen) ? chosen : usable[0];
  if (!way) return <p className="notice">{t('proof.none')}</p>;
  return (
    <>
      <Form
        key={way}
        takesFocus={chosen !== undefined}
        fields={fieldsOf(way, t)}
        button={way === 'passkey' ? t('proof.passkey') : button}
        send={async ({ proof = '' }) => send(await proofOf(way, proof, challenge))}
      >
        {children}
      </Form>
      {usable.length > 1 && (
        <ul className="ways">
          {usable.map(
            (other) =>
              other !== way && (
                <li key={other}>
                  <button type="button" className="link" onClick={() => setChosen(other)}>
                    {t(`proof.${other}`)}
                  </button>
                </li>
              ),
          )}
        </ul>
      )}
    </>
  );
}

function fieldsOf(way: Way, t: Speech['t']): FieldProps[] {
  const code = { name: 'proof', autoComplete: 'one-time-code' } as const;
  if (way === 'totp') return [{ ...code, label: t('field.totp'), hint: t('field.totp.hint'), inputMode: 'numeric' }];
  if (way === 'recovery_code') {
    return [{ ...code, label: t('field.recoveryCode'), hint: t('field.recoveryCode.hint'), autoComplete: 'off' }];
  }
  if (way === 'passkey') return [];
  return [{ name: 'proof', label: t('field.password'), type: 'password', autoComplete: 'current-password' }];
}

/** People type codes in groups, as apps show them. */
export const compact = (code: string) => code.replace(/\s+/g, '');

async function proofOf(way: Way, given: string, signIn: string | undefined): Promise<Proof> {
  if (way === 'password') return { password: given };
  if (way === 'totp') return { totp: compact(given) };
  if (way === 'recovery_code') return { recoveryCode: compact(given) };
  const { challenge, options } = await plainClient.call(createPasskeySignInOptions, {
    body: signIn === undefined ? {} : { challenge: signIn },
  });
  return { credential: await askForPasskey(options), challenge };
}
