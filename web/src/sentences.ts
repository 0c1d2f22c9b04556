/** What a person is told about a problem: one sentence that says what to do. */
import { ApiProblem } from '@plinth/client';
import type { Speech, TextKey } from './language.tsx';

/** What browsers say about passkeys (WebAuthn level 3, section 5.1). */
const PASSKEY_FAULTS: Readonly<Record<string, TextKey>> = {
  NotAllowedError: 'passkey.cancelled',
  AbortError: 'passkey.cancelled',
  InvalidStateError: 'problem.passkey_exists',
};

/** Faults of a program, not of a person: they have one text, with the number to quote. */
export const isText = (t: Speech['t'], key: string): key is TextKey => t(key as TextKey) !== key;

export function sentenceOf(error: unknown, t: Speech['t']): string {
  if (error instanceof DOMException) return t(PASSKEY_FAULTS[error.name] ?? 'passkey.unusable');
  if (!(error instanceof ApiProblem)) return t('problem.unknown', { requestId: '' });
  const key = `problem.${error.code}`;
  const values = {
    requestId: error.requestId ?? '',
    minutes: Math.ceil((error.retryAfterMs ?? 60_000) / 60_000),
    permission: error.permission ?? '',
    attemptsLeft: error.attemptsLeft ?? 'unknown',
  };
  return isText(t, key) ? t(key, values) : t('problem.unknown', values);
}

/** What the API says about one field of a form. */
export function faultOf(error: unknown, name: string): string | undefined {
  if (!(error instanceof ApiProblem) || error.code !== 'validation_failed') return undefined;
  return error.errors?.find(({ path }) => path === `/${name}`)?.message;
}
