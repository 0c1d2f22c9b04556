import { Type } from 'typebox';
import { httpErrors } from '../../../platform/http/errors.ts';
import type { OperationGroup, Operations } from '../../../platform/http/operations/operations.ts';
import { Id } from '../../../platform/http/schemas.ts';
import { type ActingIn, accountErrors } from '../../accounts/accounts.ts';
import { operatorErrors } from '../errors.ts';
import type { OperatorGuard } from '../guard.ts';
import {
  type BegunImpersonation as Begun,
  DEFAULT_MINUTES,
  type Impersonations,
  MAX_MINUTES,
} from '../impersonations.ts';
import {
  BegunImpersonation,
  exampleReason,
  ImpersonationList,
  OPERATOR_PATH,
  operatorTag,
  Reason,
} from './representations.ts';

export interface ImpersonationRoutesOptions {
  guard: OperatorGuard;
  impersonations: Impersonations;
}

const params = { impersonationId: Id('Impersonation') };

export function impersonationRoutes(operations: Operations, options: ImpersonationRoutesOptions): void {
  const operator = operations.at(OPERATOR_PATH, { tag: operatorTag });
  beginOperation(operator, options);
  goingOperations(operator, options);
}

function beginOperation(operator: OperationGroup, { guard, impersonations }: ImpersonationRoutesOptions): void {
  operator.operation('POST', '/users/:userId/impersonations', {
    guard,
    operationId: 'createImpersonation',
    summary: 'Act as a user',
    description:
      'The answer has an access token of the user that names the operator in `act` (RFC 8693). It reads, and changes things only if `mayChange` is asked for. Operations with `x-while-acting: never` refuse it either way. Ends when the time is over, when the operator signs out, or when either account or the right of the operator ends. Needs a recent proof. Policies of organizations look at what the operator has proven.',
    params: { userId: Id('User') },
    body: {
      reason: Reason,
      minutes: Type.Optional(
        Type.Integer({ minimum: 1, maximum: MAX_MINUTES, default: DEFAULT_MINUTES, description: 'For how long.' }),
      ),
      mayChange: Type.Optional(Type.Boolean({ default: false, description: 'True: also to change things.' })),
    },
    example: { reason: exampleReason, minutes: 15 },
    answers: { 201: BegunImpersonation },
    errors: [
      ...[httpErrors.not_found, accountErrors.recent_sign_in_required],
      ...[operatorErrors.acting_as_operator, operatorErrors.account_not_open],
    ],
    async handle({ access, params: { userId }, body: { reason, minutes = DEFAULT_MINUTES, mayChange = false } }) {
      return presentBegun(await impersonations.begin(access, userId, { reason, minutes, mayChange }));
    },
  });
}

function goingOperations(operator: OperationGroup, { guard, impersonations }: ImpersonationRoutesOptions): void {
  operator.get('/impersonations', {
    guard,
    operationId: 'listImpersonations',
    summary: 'List in whose names you act',
    answer: ImpersonationList,
    get: async ({ access }) => ({ data: (await impersonations.list(access)).map(present) }),
  });

  operator.operation('POST', '/impersonations/:impersonationId/tokens', {
    guard,
    operationId: 'renewImpersonation',
    summary: 'Get a new token to act as a user',
    description:
      'While the time that was asked for is not over. It says what you have proven by now: prove it again where an organization of the user asks for it.',
    params,
    answers: { 201: BegunImpersonation },
    errors: [httpErrors.not_found],
    handle: async ({ access, params: { impersonationId } }) =>
      presentBegun(await impersonations.renew(access, impersonationId)),
  });

  operator.remove('/impersonations/:impersonationId', {
    guard,
    operationId: 'deleteImpersonation',
    summary: 'Stop acting as a user',
    params,
    removed: 'Its tokens are refused from now on.',
    errors: [httpErrors.not_found],
    remove: ({ access, params: { impersonationId } }) => impersonations.end(access, impersonationId),
  });
}

const present = ({ id, userId, mayChange, createdAt, expiresAt }: ActingIn) => ({
  ...{ id, userId, mayChange },
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});

const presentBegun = ({ impersonation, accessToken, expiresIn }: Begun) => ({
  ...{ impersonation: present(impersonation), accessToken, tokenType: 'Bearer' as const, expiresIn },
});
