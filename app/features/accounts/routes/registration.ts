import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import { type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import { accountErrors, linkExpired } from '../errors.ts';
import type { MailRequests } from '../mail-requests.ts';
import type { Registration } from '../registration.ts';
import {
  Email,
  examplePassword,
  exampleToken,
  Locale,
  Name,
  Password,
  Token,
  tags,
  VerificationSent,
} from './representations.ts';

export interface RegistrationRoutesOptions {
  registration: Registration;
  mailRequests: MailRequests;
}

export function registrationRoutes(operations: Operations, options: RegistrationRoutesOptions): void {
  const { registration, mailRequests } = options;
  const users = operations.at('/v1/users', { tag: tags.accounts });
  const verifications = operations.at('/v1/email-verifications', { tag: tags.accounts });
  const guard = publicRoute;

  users.operation('POST', '', {
    guard,
    operationId: 'createUser',
    summary: 'Register',
    description: 'Emails a link that verifies the address. The answer is the same whether or not the address is taken.',
    body: { email: Email, password: Password, name: Type.Optional(Name), locale: Type.Optional(Locale) },
    example: { email: 'ada@example.com', password: examplePassword, name: 'Ada Lovelace', locale: 'en' },
    answers: { 202: VerificationSent },
    errors: [accountErrors.weak_password, accountErrors.invalid_email, httpErrors.rate_limited, httpErrors.overloaded],
    async handle({ body, origin }) {
      await registration.register(body, origin);
      return { status: 'verification_sent' };
    },
  });

  verifications.operation('POST', '', {
    guard,
    operationId: 'createEmailVerification',
    summary: 'Email the verification link again',
    description: 'Silent about whether the address has a registration.',
    body: { email: Email },
    example: { email: 'ada@example.com' },
    answers: { 202: VerificationSent },
    errors: [accountErrors.invalid_email, httpErrors.rate_limited],
    async handle({ body, origin }) {
      await mailRequests.resendVerification(body.email, origin);
      return { status: 'verification_sent' };
    },
  });

  verifications.operation('POST', '/confirm', {
    guard,
    operationId: 'confirmEmailVerification',
    summary: 'Confirm an address',
    description:
      'Verifies a registration, or confirms a change of address. A token works once; sending it again changes nothing and has the same answer.',
    body: { token: Token },
    example: { token: exampleToken },
    answers: { 204: 'The address is confirmed.' },
    errors: [accountErrors.invalid_token, linkExpired, accountErrors.email_taken],
    handle: ({ body, origin }) => registration.confirm(body.token, origin),
  });
}
