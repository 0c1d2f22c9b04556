import { callerOf, originOf } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import { Body, route } from '../../../platform/http/schemas.ts';
import type { Authentication } from '../authentication.ts';
import { accountErrors, linkExpired } from '../errors.ts';
import type { MailRequests } from '../mail-requests.ts';
import type { Passwords } from '../passwords.ts';
import { Accepted, EmailBody, Password, Token } from './schemas.ts';

export interface PasswordRoutesOptions {
  passwords: Passwords;
  mailRequests: MailRequests;
  authentication: Authentication;
}

export function passwordRoutes(
  app: HttpServer,
  { passwords, mailRequests, authentication }: PasswordRoutesOptions,
): void {
  app.put(
    '/v1/users/me/password',
    {
      onRequest: authentication.signedIn,
      schema: route({
        summary: 'Change your password',
        description: 'Ends all other sessions and mails a notice.',
        operationId: 'updatePassword',
        tag: 'Passwords',
        access: 'user',
        body: Body(
          { currentPassword: Password, newPassword: Password },
          { currentPassword: 'correct horse battery staple', newPassword: 'purple monkey dishwasher lamp' },
        ),
        answers: { 204: 'The password is changed.' },
        errors: [
          accountErrors.password_incorrect,
          accountErrors.weak_password,
          accountErrors.token_expired,
          accountErrors.session_revoked,
          httpErrors.rate_limited,
          httpErrors.overloaded,
        ],
      }),
    },
    async (request, reply) => {
      const { currentPassword, newPassword } = request.body;
      await passwords.change(callerOf(request), currentPassword, newPassword, originOf(request));
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/password-resets',
    {
      schema: route({
        summary: 'Mail a link to reset a password',
        description: 'Silent about whether the address has an account.',
        operationId: 'createPasswordReset',
        tag: 'Passwords',
        access: 'public',
        body: EmailBody,
        answers: { 202: Accepted('reset_sent') },
        errors: [accountErrors.invalid_email, httpErrors.rate_limited],
      }),
    },
    async (request, reply) => {
      await mailRequests.resetPassword(request.body.email, originOf(request));
      return reply.code(202).send({ status: 'reset_sent' });
    },
  );

  app.post(
    '/v1/password-resets/confirm',
    {
      schema: route({
        summary: 'Reset a password',
        description: 'By the token of the mailed link. Ends every session.',
        operationId: 'confirmPasswordReset',
        tag: 'Passwords',
        access: 'public',
        body: Body(
          { token: Token, password: Password },
          {
            token: 'AZidXnoLfMGPDgxaPp0bL3J5c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0',
            password: 'purple monkey dishwasher lamp',
          },
        ),
        answers: { 204: 'The password is set and every session has ended.' },
        errors: [accountErrors.invalid_token, linkExpired, accountErrors.weak_password, httpErrors.overloaded],
      }),
    },
    async (request, reply) => {
      const { token, password } = request.body;
      await passwords.reset(token, password, originOf(request));
      return reply.code(204).send();
    },
  );
}
