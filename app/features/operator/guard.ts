/** The guard of the operator API, and the access that it gives. */
import type { Transaction } from '../../platform/database/database.ts';
import { type Caller, originOf, type RequestOrigin } from '../../platform/http/caller.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { CallerGuard } from '../../platform/http/operations/operations.ts';
import { type Accounts, accessTokenScheme, type ByOperator, type UserCaller } from '../accounts/accounts.ts';
import { operatorErrors } from './errors.ts';
import type { Operators } from './operators.ts';

export interface OperatorAccess extends Caller {
  readonly userId: string;
  readonly caller: UserCaller;
  /** As the audit trail names the operator. */
  readonly actor: { readonly type: 'operator'; readonly id: string };
  readonly origin: RequestOrigin;
  /**
   * Decides again in the transaction of a change, and locks the operator's account for share. A transaction that locks an organization too
   * must lock the organization first.
   * @throws `session_revoked`, `forbidden`
   */
  again(tx: Transaction): Promise<void>;
  /** For a change of an account, with its reason. */
  by(reason: string): ByOperator;
}

export type OperatorGuard = CallerGuard<OperatorAccess>;

export interface OperatorGuardOptions {
  accounts: Pick<Accounts, 'authentication' | 'callers'>;
  operators: Pick<Operators, 'isOperator' | 'isOperatorIn'>;
}

/**
 * The token of an operator who has proven a second factor (`mfa` in its `amr`, RFC 8176). It throws the errors of `signedIn`, `forbidden`,
 * `operator_second_factor_required`, and `acting_refused` for somebody who acts in the name of an operator.
 */
export function createOperatorGuard({ accounts, operators }: OperatorGuardOptions): OperatorGuard {
  const { signedIn } = accounts.authentication;
  const notAllowed = () => httpErrors.forbidden({ detail: 'This is for operators.' });

  return {
    errors: [
      ...signedIn.errors,
      ...[httpErrors.forbidden, httpErrors.acting_refused, operatorErrors.operator_second_factor_required],
    ],
    security: [accessTokenScheme],
    callerId: ({ userId }) => userId,
    ownerId: ({ userId }) => userId,
    async enter(request) {
      const caller = await signedIn.enter(request);
      // Known from here on, so that a refusal is logged with the person.
      request.caller = caller;
      if (caller.acting) throw httpErrors.acting_refused();
      const { userId } = caller;
      if (!(await operators.isOperator(userId))) throw notAllowed();
      if (!caller.amr?.includes('mfa'))
        throw operatorErrors.operator_second_factor_required({
          detail: 'Sign in with a second factor, or prove one: POST /v1/sessions/current/confirm.',
        });
      const again = async (tx: Transaction) => {
        await accounts.callers.lock(tx, caller, 'share');
        if (!(await operators.isOperatorIn(tx, userId))) throw notAllowed();
      };
      const origin = originOf(request);
      return {
        ...{ userId, caller, actor: { type: 'operator', id: userId }, origin, again },
        by: (reason) => ({ operatorId: userId, reason, origin, again }),
      };
    },
  };
}
