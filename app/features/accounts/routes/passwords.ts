import { httpErrors } from '../../../platform/http/errors.ts';
import { type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import type { Authentication } from '../authentication.ts';
import { accountErrors, linkExpired } from '../errors.ts';
import type { MailRequests } from '../mail-requests.ts';
import type { Passwords } from '../passwords.ts';
import {
  Email,
  examplePassword,
  exampleToken,
  OptionalPassword,
  Password,
  ResetSent,
  Token,
  tags,
} from './representations.ts';

export interface PasswordRoutesOptions {
  passwords: Passwords;
  mailRequests: MailRequests;
  authentication: Authentication;
}

export function passwordRoutes(operations: Operations, options: PasswordRoutesOptions): void {
  resetOperations(operations, options);
  const { passwords, authentication } = options;
  const own = operations.at('/v1/users/me/password', { tag: tags.passwords });

  own.operation('PUT', '', {
    guard: authentication.signedIn,
    operationId: 'updatePassword',
    whileActing: 'never',
    summary: 'Change your password',
    description:
      'Ends all other sessions and emails a notice. Without `currentPassword`, a recent sign-in or confirmation is needed: so an account without a password gets one.',
    body: { currentPassword: OptionalPassword, newPassword: Password },
    example: { currentPassword: examplePassword, newPassword: 'purple monkey dishwasher lamp' },
    answers: { 204: 'The password is changed.' },
    errors: [
      accountErrors.password_incorrect,
      accountErrors.recent_sign_in_required,
      accountErrors.weak_password,
      httpErrors.rate_limited,
      httpErrors.overloaded,
    ],
    handle: ({ access, body, origin }) => passwords.change(access, body.currentPassword, body.newPassword, origin),
  });
}

function resetOperations(operations: Operations, { passwords, mailRequests }: PasswordRoutesOptions): void {
  const resets = operations.at('/v1/password-resets', { tag: tags.passwords });

  resets.operation('POST', '', {
    guard: publicRoute,
    operationId: 'createPasswordReset',
    summary: 'Email a link to reset a password',
    description: 'Silent about whether the address has an account.',
    body: { email: Email },
    example: { email: 'ada@example.com' },
    answers: { 202: ResetSent },
    errors: [accountErrors.invalid_email, httpErrors.rate_limited],
    async handle({ body, origin }) {
      await mailRequests.resetPassword(body.email, origin);
      return { status: 'reset_sent' };
    },
  });

  resets.operation('POST', '/confirm', {
    guard: publicRoute,
    operationId: 'confirmPasswordReset',
    summary: 'Reset a password',
    description: 'By the token of the emailed link. Ends every session.',
    body: { token: Token, password: Password },
    example: { token: exampleToken, password: 'purple monkey dishwasher lamp' },
    answers: { 204: 'The password is set and every session has ended.' },
    errors: [accountErrors.invalid_token, linkExpired, accountErrors.weak_password, httpErrors.overloaded],
    handle: ({ body, origin }) => passwords.reset(body.token, body.password, origin),
  });
}
