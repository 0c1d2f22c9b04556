import { Type } from 'typebox';
import { callerOf, originOf } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { HttpServer } from '../../../platform/http/fastify.ts';
import { Body, Nullable, route } from '../../../platform/http/schemas.ts';
import type { Authentication } from '../authentication.ts';
import type { Deletion } from '../deletion.ts';
import type { EmailChanges } from '../email-changes.ts';
import { accountErrors, linkExpired } from '../errors.ts';
import type { Profile } from '../profile.ts';
import { presentUser, type Users } from '../users.ts';
import { Accepted, Email, exampleUser, Locale, Name, Password, TokenBody, User } from './schemas.ts';

export interface ProfileRoutesOptions {
  users: Users;
  profile: Profile;
  deletion: Deletion;
  emailChanges: EmailChanges;
  authentication: Authentication;
}

const signedInErrors = [accountErrors.token_expired, accountErrors.session_revoked];
const passwordErrors = [accountErrors.password_incorrect, httpErrors.rate_limited, httpErrors.overloaded];

export function profileRoutes(
  app: HttpServer,
  { users, profile, deletion, emailChanges, authentication }: ProfileRoutesOptions,
): void {
  const { signedIn } = authentication;

  app.get(
    '/v1/users/me',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'Get your account',
        operationId: 'getMe',
        tag: 'Accounts',
        access: 'user',
        answers: { 200: User },
        errors: signedInErrors,
      }),
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return users.view(callerOf(request).userId);
    },
  );

  app.patch(
    '/v1/users/me',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'Change your name or locale',
        operationId: 'updateMe',
        tag: 'Accounts',
        access: 'user',
        body: Body(
          { name: Type.Optional(Nullable(Name)), locale: Type.Optional(Locale) },
          { name: 'Ada King', locale: 'de' },
        ),
        answers: { 200: User },
        errors: signedInErrors,
      }),
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return presentUser(await profile.update(callerOf(request), request.body, originOf(request)));
    },
  );

  app.delete(
    '/v1/users/me',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'Delete your account',
        description: 'Closes it at once; it is purged after 14 days. A mailed link undoes it until then.',
        operationId: 'deleteMe',
        tag: 'Accounts',
        access: 'user',
        body: Body({ password: Password }, { password: 'correct horse battery staple' }),
        answers: { 204: 'The account is closed and every session has ended.' },
        errors: [...signedInErrors, ...passwordErrors],
      }),
    },
    async (request, reply) => {
      await deletion.request(callerOf(request), request.body.password, originOf(request));
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/users/me/restore',
    {
      schema: route({
        summary: 'Undo the deletion of your account',
        operationId: 'restoreMe',
        tag: 'Accounts',
        access: 'public',
        body: TokenBody,
        answers: { 204: 'The account is open again; sign in as before.' },
        errors: [accountErrors.invalid_token, linkExpired],
      }),
    },
    async (request, reply) => {
      await deletion.restore(request.body.token, originOf(request));
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/users/me/export',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'Export everything stored about you',
        operationId: 'exportMe',
        tag: 'Accounts',
        access: 'user',
        answers: {
          200: Type.Object(
            { exportedAt: Type.String(), user: Type.Unknown() },
            {
              additionalProperties: true,
              examples: [{ exportedAt: '2026-11-01T09:30:00.000Z', user: exampleUser, sessions: [] }],
            },
          ),
        },
        errors: signedInErrors,
      }),
    },
    async (request, reply) => {
      const exported = await profile.export(callerOf(request), originOf(request));
      reply.headers({ 'cache-control': 'no-store', 'content-disposition': 'attachment; filename="account.json"' });
      return exported as { exportedAt: string; user: unknown };
    },
  );

  app.post(
    '/v1/users/me/email-changes',
    {
      onRequest: signedIn,
      schema: route({
        summary: 'Change your address',
        description: 'The new address confirms by a mailed link; then the old one is told and can revert for 7 days.',
        operationId: 'createEmailChange',
        tag: 'Accounts',
        access: 'user',
        body: Body(
          { email: Email, password: Password },
          { email: 'ada@example.org', password: 'correct horse battery staple' },
        ),
        answers: { 202: Accepted('verification_sent') },
        errors: [...signedInErrors, ...passwordErrors, accountErrors.email_unchanged, accountErrors.invalid_email],
      }),
    },
    async (request, reply) => {
      const { email, password } = request.body;
      await emailChanges.request(callerOf(request), email, password, originOf(request));
      return reply.code(202).send({ status: 'verification_sent' });
    },
  );

  app.post(
    '/v1/users/me/email-changes/revert',
    {
      schema: route({
        summary: 'Revert a change of address',
        description:
          'By the token that was mailed to the old address. Ends every session; the password is void until it is reset.',
        operationId: 'revertEmailChange',
        tag: 'Accounts',
        access: 'public',
        body: TokenBody,
        answers: { 204: 'The old address is back; choose a new password next.' },
        errors: [accountErrors.invalid_token, linkExpired, accountErrors.email_taken],
      }),
    },
    async (request, reply) => {
      await emailChanges.revert(request.body.token, originOf(request));
      return reply.code(204).send();
    },
  );
}
