/** The fields by which a person proves a second factor. */
import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { FactorAnswer } from '../factors/second-factors.ts';

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
};

/** @throws `validation_failed` unless exactly one factor is given */
export function requireOneFactor(answer: FactorAnswer): void {
  const given = Object.keys(factorFields).filter((name) => answer[name as keyof FactorAnswer] !== undefined);
  if (given.length === 1) return;
  const detail = `Send exactly one of ${Object.keys(factorFields).join(', ')}.`;
  const fault = { in: 'body', path: '', message: detail };
  throw httpErrors.validation_failed({ detail, extensions: { errors: [fault] } });
}
