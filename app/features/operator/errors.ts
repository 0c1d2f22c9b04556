import { defineErrors } from '../../platform/errors.ts';

export const operatorErrors = defineErrors({
  operator_second_factor_required: { status: 403, title: 'Operators need a second factor' },
  acting_as_operator: { status: 409, title: 'Nobody may act in the name of an operator' },
  account_not_open: { status: 409, title: 'The account is suspended, deleted or not verified' },
  email_not_retryable: { status: 409, title: 'The email cannot be sent again' },
});
