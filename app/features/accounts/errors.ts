import { defineErrors, withStatus } from '../../platform/errors.ts';

export const accountErrors = defineErrors({
  invalid_credentials: { status: 401, title: 'Wrong address or password' },
  token_expired: { status: 401, title: 'The access token has expired' },
  session_revoked: { status: 401, title: 'The session has ended' },
  invalid_challenge: { status: 401, title: 'The sign-in must begin again' },
  email_not_verified: { status: 403, title: 'The address has not been verified' },
  other_browser: { status: 403, title: 'The link was asked for in another browser' },
  second_factor_required: { status: 403, title: 'The account needs another proof' },
  company_sign_in_required: { status: 403, title: 'People with this address sign in with their organization' },
  recent_sign_in_required: { status: 403, title: 'The change needs a recent proof of identity' },
  second_factor_incorrect: { status: 403, title: 'The proof is not correct' },
  password_incorrect: { status: 403, title: 'The password is not correct' },
  invalid_token: { status: 400, title: 'The link is not valid, or was used before' },
  passkey_refused: { status: 400, title: 'The passkey could not be verified' },
  passkey_exists: { status: 409, title: 'The account has this passkey already' },
  too_many_passkeys: { status: 409, title: 'The account has as many passkeys as it may have' },
  last_way_in: { status: 409, title: 'That is the last way to sign in to the account' },
  email_taken: { status: 409, title: 'The address belongs to another account' },
  weak_password: { status: 422, title: 'The password is too easy to guess' },
  email_unchanged: { status: 422, title: 'That is the address of this account already' },
  invalid_email: { status: 422, title: 'The address cannot receive mail' },
});

/** One code for two situations: an access token (401) and a link from an email (400). */
export const linkExpired = withStatus(accountErrors.token_expired, 400, 'The link has expired');
