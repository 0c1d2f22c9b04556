import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import { type OperationGroup, type Operations, publicRoute } from '../../../platform/http/operations/operations.ts';
import { Nullable } from '../../../platform/http/schemas.ts';
import { jsonText, sendStream } from '../../../platform/http/streaming.ts';
import type { Email } from '../../email/email.ts';
import type { Authentication } from '../authentication.ts';
import type { Deletion } from '../deletion.ts';
import type { EmailChanges } from '../email-changes.ts';
import { accountErrors, linkExpired } from '../errors.ts';
import type { Profile } from '../profile.ts';
import { presentUser, type Users } from '../users.ts';
import {
  AccountExport,
  Email as EmailField,
  examplePassword,
  exampleToken,
  Locale,
  Name,
  OptionalPassword,
  Token,
  tags,
  User,
  VerificationSent,
} from './representations.ts';

export interface ProfileRoutesOptions {
  users: Users;
  profile: Profile;
  deletion: Deletion;
  emailChanges: EmailChanges;
  authentication: Authentication;
  email: Pick<Email, 'knownStatusOf'>;
}

const passwordErrors = [
  accountErrors.password_incorrect,
  accountErrors.recent_sign_in_required,
  httpErrors.rate_limited,
  httpErrors.overloaded,
];

export function profileRoutes(operations: Operations, options: ProfileRoutesOptions): void {
  const own = operations.at('/v1/users/me', { tag: tags.accounts });
  accountOperations(own, options);
  deletionOperations(own, options);
  emailChangeOperations(own, options);
}

function accountOperations(own: OperationGroup, options: ProfileRoutesOptions): void {
  const { users, profile, authentication, email } = options;
  const guard = authentication.signedIn;

  own.get('', {
    guard,
    operationId: 'getMe',
    summary: 'Get your account',
    answer: User,
    async get({ access }) {
      const user = await users.view(access.userId);
      return { ...user, emailStatus: await email.knownStatusOf(user.email) };
    },
  });

  own.change('', {
    guard,
    operationId: 'updateMe',
    summary: 'Change your name or locale',
    description: 'At most 60 times an hour.',
    body: { name: Type.Optional(Nullable(Name)), locale: Type.Optional(Locale) },
    example: { name: 'Ada King', locale: 'de' },
    answer: User,
    errors: [httpErrors.rate_limited],
    change: async ({ access, body, origin }) => presentUser(await profile.update(access, body, origin)),
  });

  own.operation('GET', '/export', {
    guard,
    operationId: 'exportMe',
    whileActing: 'never',
    summary: 'Export everything stored about you',
    description:
      'Sent while it is read, however much there is; at most 5 times an hour. A connection that ends before the document does is a failure.',
    answers: { 200: AccountExport },
    errors: [httpErrors.rate_limited],
    sends: ['content-disposition'],
    async handle({ access, request, reply, origin }) {
      const chunks = jsonText(await profile.export(access, origin));
      const document = { mediaType: 'application/json', filename: 'account.json', chunks };
      return sendStream(request, reply, document) as never;
    },
  });
}

function deletionOperations(own: OperationGroup, { deletion, authentication }: ProfileRoutesOptions): void {
  own.remove('', {
    guard: authentication.signedIn,
    operationId: 'deleteMe',
    whileActing: 'never',
    summary: 'Delete your account',
    description: 'Closes it at once; it is purged after 14 days. An emailed link undoes it until then.',
    body: { password: OptionalPassword },
    example: { password: examplePassword },
    removed: 'The account is closed and every session has ended.',
    errors: passwordErrors,
    remove: ({ access, body, origin }) => deletion.request(access, body.password, origin),
  });

  own.operation('POST', '/deletion', {
    guard: authentication.signedIn,
    operationId: 'requestDeletion',
    whileActing: 'never',
    summary: 'Delete your account, without a body in DELETE',
    description: 'Does the same as `DELETE /v1/users/me`, for clients that cannot send a body with DELETE.',
    body: { password: OptionalPassword },
    example: { password: examplePassword },
    answers: { 204: 'The account is closed and every session has ended.' },
    errors: passwordErrors,
    handle: ({ access, body, origin }) => deletion.request(access, body.password, origin),
  });

  own.operation('POST', '/restore', {
    guard: publicRoute,
    operationId: 'restoreMe',
    summary: 'Undo the deletion of your account',
    body: { token: Token },
    example: { token: exampleToken },
    answers: { 204: 'The account is open again; sign in as before.' },
    errors: [accountErrors.invalid_token, linkExpired],
    handle: ({ body, origin }) => deletion.restore(body.token, origin),
  });
}

function emailChangeOperations(own: OperationGroup, { emailChanges, authentication }: ProfileRoutesOptions): void {
  own.operation('POST', '/email-changes', {
    guard: authentication.signedIn,
    operationId: 'createEmailChange',
    whileActing: 'never',
    summary: 'Change your address',
    description: 'An emailed link confirms the new address. The old address is then told, and can revert for 7 days.',
    body: { email: EmailField, password: OptionalPassword },
    example: { email: 'ada@example.org', password: examplePassword },
    answers: { 202: VerificationSent },
    errors: [...passwordErrors, accountErrors.email_unchanged, accountErrors.invalid_email],
    async handle({ access, body, origin }) {
      await emailChanges.request(access, body.email, body.password, origin);
      return { status: 'verification_sent' };
    },
  });

  own.operation('POST', '/email-changes/revert', {
    guard: publicRoute,
    operationId: 'revertEmailChange',
    summary: 'Revert a change of address',
    description:
      'By the token that was emailed to the old address. Ends every session; the password is void until it is reset.',
    body: { token: Token },
    example: { token: exampleToken },
    answers: { 204: 'The old address is back; choose a new password next.' },
    errors: [accountErrors.invalid_token, linkExpired, accountErrors.email_taken],
    handle: ({ body, origin }) => emailChanges.revert(body.token, origin),
  });
}
