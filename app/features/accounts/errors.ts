import { defineErrors, withStatus } from '../../platform/errors.ts';

export const accountErrors = defineErrors({
  invalid_credentials: { status: 401, title: 'Wrong address or password' },
  token_expired: { status: 401, title: 'The access token has expired' },
  session_revoked: { status: 401, title: 'The session has ended' },
  invalid_challenge: { status: 401, title: 'The sign-in must begin again' },
  email_not_verified: { status: 403, title: 'The address has not been verified' },
  second_factor_required: { status: 403, title: 'The account needs another proof' },
  second_factor_incorrect: { status: 403, title: 'The proof is not correct' },
  password_incorrect: { status: 403, title: 'The password is not correct' },
  invalid_token: { status: 400, title: 'The link is not valid, or was used before' },
  email_taken: { status: 409, title: 'The address belongs to another account' },
  weak_password: { status: 422, title: 'The password is too easy to guess' },
  email_unchanged: { status: 422, title: 'That is the address of this account already' },
  invalid_email: { status: 422, title: 'The address cannot receive mail' },
});

/** One code for two situations: an access token (401) and a link from an email (400). */
export const linkExpired = withStatus(accountErrors.token_expired, 400, 'The link has expired');
