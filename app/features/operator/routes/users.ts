import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Id } from '../../../platform/http/schemas.ts';
import type { RateLimit } from '../../../platform/security/rate-limits.ts';
import type { Accounts, Session, User } from '../../accounts/accounts.ts';
import { type Audit, trailRoutes } from '../../audit/audit.ts';
import type { Email, EmailSummary } from '../../email/email.ts';
import type { OperatorAccess, OperatorGuard } from '../guard.ts';
import type { Looks } from '../looks.ts';
import type { People } from '../people.ts';
import { presentEmail } from './emails.ts';
import {
  exampleReason,
  OPERATOR_PATH,
  OperatorEmail,
  OperatorSession,
  OperatorUser,
  operatorTag,
  Reason,
} from './representations.ts';

export interface UserRoutesOptions {
  guard: OperatorGuard;
  people: People;
  looks: Looks;
  accounts: Pick<Accounts, 'administration' | 'sessions'>;
  email: Pick<Email, 'list'>;
  audit: Pick<Audit, 'reading'>;
  exports: RateLimit;
}

const params = { userId: Id('User') };

export function userRoutes(operations: Operations, options: UserRoutesOptions): void {
  const users = operations.at(`${OPERATOR_PATH}/users/:userId`, { tag: operatorTag, params });
  viewOperations(users, options);
  changeOperations(users, options);
  trailOperations(operations, options);
}

function viewOperations(users: OperationGroup<typeof params>, options: UserRoutesOptions): void {
  const { guard, people, looks, accounts, email } = options;

  users.get('', {
    guard,
    operationId: 'getOperatorUser',
    summary: 'Look at a user',
    description: 'The state of the account, and what belongs to it.',
    answer: OperatorUser,
    errors: [httpErrors.not_found],
    async get({ access, params: { userId } }) {
      await looks.atUser(access, userId, 'user');
      return people.view(userId);
    },
  });

  users.list('/sessions', {
    guard,
    operationId: 'listOperatorUserSessions',
    summary: "Look at a user's sessions",
    description: 'Those that are alive, the newest first.',
    item: OperatorSession,
    errors: [httpErrors.not_found],
    async rows({ access, params: { userId } }, limit, after) {
      await looks.atUser(access, userId, 'sessions');
      return accounts.sessions.list(userId, limit, after);
    },
    keyOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
    present: presentSession,
  });

  users.list('/emails', {
    guard,
    operationId: 'listOperatorUserEmails',
    summary: "Look at a user's emails",
    description: 'Those of the last 90 days, the newest first, without their content.',
    item: OperatorEmail,
    errors: [httpErrors.not_found],
    async rows({ access, params: { userId } }, limit, after): Promise<EmailSummary[]> {
      await looks.atUser(access, userId, 'emails');
      return email.list({ userId, limit, before: after?.[0] });
    },
    keyOf: ({ id }) => [id],
    present: presentEmail,
  });
}

/** `POST` with a reason; the answer is the user as they are then. */
function changeOperations(users: OperationGroup<typeof params>, options: UserRoutesOptions): void {
  const { guard, people, accounts } = options;
  const { administration } = accounts;
  type Change = (user: User, access: OperatorAccess, reason: string) => Promise<unknown>;
  const change = (path: string, operationId: string, summary: string, description: string, run: Change) =>
    users.operation('POST', path, {
      ...{ guard, operationId, summary, description },
      body: { reason: Reason },
      example: { reason: exampleReason },
      answers: { 200: OperatorUser },
      errors: [httpErrors.not_found],
      async handle({ access, params: { userId }, body }) {
        await run(await people.require(userId), access, body.reason);
        return people.view(userId);
      },
    });

  change(
    '/suspend',
    'suspendUser',
    'Suspend an account',
    'Ends every session at once. The person cannot sign in until the account is restored.',
    (user, access, reason) => administration.suspend(user, access.by(reason)),
  );
  change(
    '/restore',
    'unsuspendUser',
    'Lift a suspension',
    'The person can sign in as before.',
    (user, access, reason) => administration.unsuspend(user, access.by(reason)),
  );
  change(
    '/verify',
    'verifyUser',
    'Mark an address as verified',
    'For a person who has proven it in another way.',
    (user, access, reason) => administration.verify(user, access.by(reason)),
  );
  change(
    '/reset-factors',
    'resetUserFactors',
    'Remove the second factors of a person who has lost them',
    'Ends every session, and tells the person by email.',
    (user, access, reason) => administration.resetFactors(user, access.by(reason)),
  );
}

function trailOperations(operations: Operations, { guard, looks, audit, exports }: UserRoutesOptions): void {
  trailRoutes(operations, audit.reading, {
    name: 'OperatorUser',
    path: `${OPERATOR_PATH}/users/:userId`,
    params: { userId: Type.String({ format: 'uuid', description: 'User' }) },
    tag: operatorTag,
    guard: lookingAtUser(guard, looks, 'audit'),
    exports,
  });
}

/** A guard that names the user of the path as the owner, and records the look. */
function lookingAtUser(guard: OperatorGuard, looks: Looks, what: string) {
  return {
    ...guard,
    errors: [...guard.errors, httpErrors.not_found],
    ownerId: ({ ownerId }: OperatorAccess & { ownerId: string }) => ownerId,
    async enter(request: Parameters<OperatorGuard['enter']>[0]) {
      const access = await guard.enter(request);
      const { userId: ownerId = '' } = request.params as { userId?: string };
      await looks.atUser(access, ownerId, what);
      return { ...access, ownerId };
    },
  };
}

function presentSession({ id, createdAt, refreshedAt, ipAddress, userAgent, amr, actorId }: Session) {
  return {
    ...{ id, ipAddress, userAgent, actorId },
    createdAt: createdAt.toISOString(),
    lastUsedAt: refreshedAt.toISOString(),
    amr: amr ?? ['pwd'],
  };
}
