/** The fields by which a person proves a second factor. */
import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import { SignedCredentialSchema } from './credentials.ts';

export const Code = Type.String({
  minLength: 1,
  maxLength: 20,
  description: 'Six digits, as the authenticator app shows them.',
});

export const factorFields = {
  totp: Type.Optional(Code),
  recoveryCode: Type.Optional(
    Type.String({ minLength: 1, maxLength: 60, description: 'One of the recovery codes. It is used up.' }),
  ),
  credential: Type.Optional(SignedCredentialSchema),
};

const FACTORS = Object.keys(factorFields);

/** @throws `validation_failed` unless exactly one factor is given */
export const requireOneFactor = (answer: object): void => requireOne(answer, FACTORS);

/** The same, where the password is a proof too. */
export const requireOneProof = (proof: object): void => requireOne(proof, ['password', ...FACTORS]);

/** @throws `validation_failed` unless exactly one of `names` is given */
export function requireOne(given: object, names: readonly string[]): void {
  const present = names.filter((name) => (given as Record<string, unknown>)[name] !== undefined);
  if (present.length === 1) return;
  const detail = `Send exactly one of ${names.join(', ')}.`;
  const fault = { in: 'body', path: '', message: detail };
  throw httpErrors.validation_failed({ detail, extensions: { errors: [fault] } });
}
