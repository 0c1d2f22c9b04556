import { Type } from 'typebox';
import { originOf } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import { Body, route } from '../../../platform/http/schemas.ts';
import { accountErrors, linkExpired } from '../errors.ts';
import type { MailRequests } from '../mail-requests.ts';
import type { Registration } from '../registration.ts';
import { Accepted, Email, EmailBody, Locale, Name, Password, TokenBody } from './schemas.ts';

const SENT = 'verification_sent';

export function registrationRoutes(
  app: HttpServer,
  { registration, mailRequests }: { registration: Registration; mailRequests: MailRequests },
) {
  app.post(
    '/v1/users',
    {
      schema: route({
        summary: 'Register',
        description:
          'Mails a link that verifies the address. The answer is the same whether or not the address is taken.',
        operationId: 'createUser',
        tag: 'Accounts',
        access: 'public',
        body: Body(
          { email: Email, password: Password, name: Type.Optional(Name), locale: Type.Optional(Locale) },
          { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada Lovelace', locale: 'en' },
        ),
        answers: { 202: Accepted(SENT) },
        errors: [
          accountErrors.weak_password,
          accountErrors.invalid_email,
          httpErrors.rate_limited,
          httpErrors.overloaded,
        ],
      }),
    },
    async (request, reply) => {
      await registration.register(request.body, originOf(request));
      return reply.code(202).send({ status: SENT });
    },
  );

  app.post(
    '/v1/email-verifications',
    {
      schema: route({
        summary: 'Mail the verification link again',
        description: 'Silent about whether the address has a registration.',
        operationId: 'createEmailVerification',
        tag: 'Accounts',
        access: 'public',
        body: EmailBody,
        answers: { 202: Accepted(SENT) },
        errors: [accountErrors.invalid_email, httpErrors.rate_limited],
      }),
    },
    async (request, reply) => {
      await mailRequests.resendVerification(request.body.email, originOf(request));
      return reply.code(202).send({ status: SENT });
    },
  );

  app.post(
    '/v1/email-verifications/confirm',
    {
      schema: route({
        summary: 'Confirm an address',
        description: 'Verifies a registration, or confirms a change of address. A token works once.',
        operationId: 'confirmEmailVerification',
        tag: 'Accounts',
        access: 'public',
        body: TokenBody,
        answers: { 204: 'The address is confirmed.' },
        errors: [accountErrors.invalid_token, linkExpired, accountErrors.email_taken],
      }),
    },
    async (request, reply) => {
      await registration.confirm(request.body.token, originOf(request));
      return reply.code(204).send();
    },
  );
}
