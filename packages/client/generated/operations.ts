// Generated from the OpenAPI document: npm run generate. Not edited by hand.
import type { Operation } from '../operation.ts';
import type * as types from './types.ts';

/** Receive bounces and complaints from an email provider. Called by Amazon SES (through SNS), Postmark and Resend. The body is theirs, signed their way. Hard bounces and complaints end in the suppression list, and addresses that Postmark reactivates leave it; everything else is acknowledged and ignored. 200 means stored. */
export const receiveEmailWebhook = 'POST /v1/webhooks/email/{provider} public' as Operation<{
  /** `ses`, `postmark` or `resend`. */
  readonly provider: string;
}, types.WebhookStored, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_signature' | 'malformed_json' | 'not_found' | 'payload_too_large' | 'signature_unverifiable' | 'validation_failed'>;

/** Unsubscribe an address from bulk email. With one click from an email program (RFC 8058: a form, the token in the query) or from the page that the link in the email opens (JSON). Email that is needed, such as a password reset, is still sent. A GET changes nothing. */
export const unsubscribeEmail = 'POST /v1/email-unsubscriptions public' as Operation<{
  /** From the link in the email. */
  readonly token?: string | undefined;
  readonly body: types.UnsubscribeEmail;
}, undefined, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_unsubscribe_token' | 'malformed_json' | 'payload_too_large' | 'unsupported_media_type' | 'validation_failed'>;

/** Register. Emails a link that verifies the address. The answer is the same whether or not the address is taken. */
export const createUser = 'POST /v1/users public' as Operation<{
  readonly body: types.CreateUser;
}, types.VerificationSent, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_email' | 'malformed_json' | 'overloaded' | 'payload_too_large' | 'rate_limited' | 'unsupported_media_type' | 'validation_failed' | 'weak_password'>;

/** Email the verification link again. Silent about whether the address has a registration. */
export const createEmailVerification = 'POST /v1/email-verifications public' as Operation<{
  readonly body: types.CreateEmailVerification;
}, types.VerificationSent, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_email' | 'malformed_json' | 'payload_too_large' | 'rate_limited' | 'unsupported_media_type' | 'validation_failed'>;

/** Confirm an address. Verifies a registration, or confirms a change of address. A token works once; sending it again changes nothing and has the same answer. */
export const confirmEmailVerification = 'POST /v1/email-verifications/confirm public' as Operation<{
  readonly body: types.ConfirmEmailVerification;
}, undefined, 'bad_request' | 'database_unavailable' | 'email_taken' | 'internal_error' | 'invalid_token' | 'malformed_json' | 'payload_too_large' | 'token_expired' | 'unsupported_media_type' | 'validation_failed'>;

/** Sign in. One answer for an unknown address, a wrong or missing password and a suspended user. */
export const createSession = 'POST /v1/sessions public' as Operation<{
  readonly body: types.CreateSession;
}, types.SignedIn, 'bad_request' | 'company_sign_in_required' | 'database_unavailable' | 'email_not_verified' | 'internal_error' | 'invalid_credentials' | 'malformed_json' | 'overloaded' | 'payload_too_large' | 'rate_limited' | 'second_factor_required' | 'unsupported_media_type' | 'validation_failed'>;

/** List your sessions */
export const listSessions = 'GET /v1/sessions' as Operation<{
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.SessionPage, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_cursor' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** End all other sessions. Needs a recent proof. */
export const deleteOtherSessions = 'DELETE /v1/sessions' as Operation<{}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Sign in: prove another factor. Completes a sign-in that was answered by `second_factor_required`, in the same mode. Send one of the factors that the challenge names. A challenge works once, for 10 minutes, and allows 5 wrong answers; in cookie mode only the browser that got it can answer. */
export const createSessionBySecondFactor = 'POST /v1/sessions/second-factor public' as Operation<{
  readonly body: types.CreateSessionBySecondFactor;
}, types.SignedIn, 'bad_request' | 'company_sign_in_required' | 'database_unavailable' | 'internal_error' | 'invalid_challenge' | 'malformed_json' | 'payload_too_large' | 'rate_limited' | 'second_factor_incorrect' | 'unsupported_media_type' | 'validation_failed'>;

/** Prove again who you are. For changes that answer `recent_sign_in_required`. Send one of its `proofs`. The access token in the answer says when it was proven (`auth_time`); the one before stays good too. */
export const confirmSession = 'POST /v1/sessions/current/confirm' as Operation<{
  readonly body: types.ConfirmSession;
}, types.ConfirmedSession, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_challenge' | 'malformed_json' | 'overloaded' | 'password_incorrect' | 'payload_too_large' | 'rate_limited' | 'recent_sign_in_required' | 'second_factor_incorrect' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Refresh the tokens. Rotates the refresh token. The one before gives the same refresh token again as long as that one was not used, so that a lost answer can be asked for again. Any older one ends the session; so does a fourth generation in a row that is asked for again more than 10 seconds later. */
export const refreshSession = 'POST /v1/sessions/refresh public' as Operation<{
  readonly body?: types.RefreshSession | undefined;
}, types.SignedIn, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'payload_too_large' | 'session_revoked' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Sign out. Authenticated by the access token or, in cookie mode, by the cookie. A cookie is always cleared and never refused, also if its session is over. */
export const deleteCurrentSession = 'DELETE /v1/sessions/current' as Operation<{}, undefined, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Sign out with the refresh token. Ends the session of a refresh token, also after its access token has expired (as RFC 7009). The answer is the same for a token of a session that is over, and for one that is none. */
export const revokeSession = 'POST /v1/sessions/revoke public' as Operation<{
  readonly body: types.RevokeSession;
}, undefined, 'bad_request' | 'database_unavailable' | 'internal_error' | 'malformed_json' | 'payload_too_large' | 'unsupported_media_type' | 'validation_failed'>;

/** End a session. Another one than the one that asks needs a recent proof. */
export const deleteSession = 'DELETE /v1/sessions/{sessionId}' as Operation<{
  /** Session */
  readonly sessionId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'not_found' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Get your account */
export const getMe = 'GET /v1/users/me' as Operation<{}, types.User, 'bad_request' | 'database_unavailable' | 'internal_error' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Change your name or locale. At most 60 times an hour. */
export const updateMe = 'PATCH /v1/users/me' as Operation<{
  readonly body: types.UpdateMe;
}, types.User, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'malformed_json' | 'payload_too_large' | 'rate_limited' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Delete your account. Closes it at once; it is purged after 14 days. An emailed link undoes it until then. */
export const deleteMe = 'DELETE /v1/users/me' as Operation<{
  readonly body: types.DeleteMe;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'malformed_json' | 'overloaded' | 'password_incorrect' | 'payload_too_large' | 'rate_limited' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Export everything stored about you. Sent while it is read, however much there is; at most 5 times an hour. A connection that ends before the document does is a failure. */
export const exportMe = 'GET /v1/users/me/export' as Operation<{}, types.AccountExport, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'rate_limited' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Delete your account, without a body in DELETE. Does the same as `DELETE /v1/users/me`, for clients that cannot send a body with DELETE. */
export const requestDeletion = 'POST /v1/users/me/deletion' as Operation<{
  readonly body: types.RequestDeletion;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'malformed_json' | 'overloaded' | 'password_incorrect' | 'payload_too_large' | 'rate_limited' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Undo the deletion of your account */
export const restoreMe = 'POST /v1/users/me/restore public' as Operation<{
  readonly body: types.RestoreMe;
}, undefined, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_token' | 'malformed_json' | 'payload_too_large' | 'token_expired' | 'unsupported_media_type' | 'validation_failed'>;

/** Change your address. An emailed link confirms the new address. The old address is then told, and can revert for 7 days. */
export const createEmailChange = 'POST /v1/users/me/email-changes' as Operation<{
  readonly body: types.CreateEmailChange;
}, types.VerificationSent, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'email_unchanged' | 'internal_error' | 'invalid_email' | 'malformed_json' | 'overloaded' | 'password_incorrect' | 'payload_too_large' | 'rate_limited' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Revert a change of address. By the token that was emailed to the old address. Ends every session; the password is void until it is reset. */
export const revertEmailChange = 'POST /v1/users/me/email-changes/revert public' as Operation<{
  readonly body: types.RevertEmailChange;
}, undefined, 'bad_request' | 'database_unavailable' | 'email_taken' | 'internal_error' | 'invalid_token' | 'malformed_json' | 'payload_too_large' | 'token_expired' | 'unsupported_media_type' | 'validation_failed'>;

/** List the identity providers. In the order of the setting `IDENTITY_PROVIDERS`. */
export const listIdentityProviders = 'GET /v1/identity-providers public' as Operation<{}, types.IdentityProviders, 'bad_request' | 'database_unavailable' | 'internal_error'>;

/** Start a sign-in with an identity provider. Send the browser to `url` afterwards. The sign-in belongs to the browser: the answer sets a cookie, so a page of another origin asks with credentials. It can be finished within 10 minutes. */
export const startProviderSignIn = 'POST /v1/sessions/provider/{provider}/start public' as Operation<{
  /** As `GET /v1/identity-providers` names it, or as `company_sign_in_required` does. */
  readonly provider: string;
  readonly body: types.StartProviderSignIn;
}, types.ProviderSignInStart, 'bad_request' | 'database_unavailable' | 'internal_error' | 'malformed_json' | 'not_found' | 'payload_too_large' | 'provider_answer_invalid' | 'provider_misconfigured' | 'provider_unavailable' | 'rate_limited' | 'unsupported_media_type' | 'validation_failed'>;

/** Take the answer of an identity provider. The provider sends the browser here. Whatever goes wrong leads to the frontend too, with the code of a problem as `error`: `provider_access_denied`, `provider_answer_invalid`, `provider_misconfigured`, `provider_sign_in_expired` or `provider_unavailable`. */
export const finishProviderSignIn = 'GET /v1/sessions/provider/{provider}/callback public' as Operation<{
  /** As `GET /v1/identity-providers` names it, or as `company_sign_in_required` does. */
  readonly provider: string;
}, undefined, 'bad_request' | 'database_unavailable' | 'internal_error' | 'not_found' | 'validation_failed'>;

/** Take the answer of an identity provider that posts a form. For `response_mode=form_post`, as Apple has it. Otherwise like the operation with `GET`. */
export const finishProviderSignInByForm = 'POST /v1/sessions/provider/{provider}/callback public' as Operation<{
  /** As `GET /v1/identity-providers` names it, or as `company_sign_in_required` does. */
  readonly provider: string;
  readonly body: types.FinishProviderSignInByForm;
}, undefined, 'bad_request' | 'database_unavailable' | 'internal_error' | 'malformed_json' | 'not_found' | 'payload_too_large' | 'unsupported_media_type' | 'validation_failed'>;

/** Sign in with the code of a provider. The code works once, within 60 seconds, in the browser that began. A person who is new here is registered, if the provider vouches for the address. If the address has an account already, the answer is `identity_not_linked`: sign in the old way and link the identity with the same code, within 10 minutes. */
export const createSessionByProvider = 'POST /v1/sessions/provider public' as Operation<{
  readonly body: types.CreateSessionByProvider;
}, types.SignedIn, 'bad_request' | 'company_sign_in_required' | 'database_unavailable' | 'email_taken' | 'identity_not_linked' | 'internal_error' | 'invalid_credentials' | 'limit_reached' | 'malformed_json' | 'payload_too_large' | 'provider_address_unverified' | 'provider_sign_in_expired' | 'second_factor_required' | 'unsupported_media_type' | 'validation_failed'>;

/** List your identities at providers */
export const listIdentities = 'GET /v1/users/me/identities' as Operation<{}, types.Identities, 'bad_request' | 'database_unavailable' | 'internal_error' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Link an identity. Takes the code of a sign-in with a provider that was not used for a session. Needs the password or a recent proof. An email tells you. */
export const linkIdentity = 'POST /v1/users/me/identities' as Operation<{
  readonly body: types.LinkIdentity;
}, types.Identity, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'identity_taken' | 'internal_error' | 'malformed_json' | 'overloaded' | 'password_incorrect' | 'payload_too_large' | 'provider_sign_in_expired' | 'rate_limited' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Unlink an identity. The last way to sign in cannot be removed. Needs a recent proof. */
export const unlinkIdentity = 'DELETE /v1/users/me/identities/{identityId}' as Operation<{
  /** Identity */
  readonly identityId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'last_way_in' | 'not_found' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Email a link to sign in. Silent about whether the address has an account. The email has a link and a code of six digits, which work once, within 10 minutes. The link leads to the page `/sign-in/email-link` of the frontend, which sends its `token` from the same browser: the answer sets a cookie, so a page of another origin asks with credentials. Needs the setting `EMAIL_LINK_SIGN_IN`. */
export const createEmailLink = 'POST /v1/email-links public' as Operation<{
  readonly body: types.CreateEmailLink;
}, types.LinkSent, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_email' | 'malformed_json' | 'not_found' | 'payload_too_large' | 'rate_limited' | 'unsupported_media_type' | 'validation_failed'>;

/** Sign in by email. By the `token` of the emailed link, in the browser that asked for it; or by `email` and `code`, in any other one. One answer for an unknown address and for a wrong code, of which a link allows 5. Needs the setting `EMAIL_LINK_SIGN_IN`. */
export const createSessionByEmailLink = 'POST /v1/sessions/email-link public' as Operation<{
  readonly body: types.CreateSessionByEmailLink;
}, types.SignedIn, 'bad_request' | 'company_sign_in_required' | 'database_unavailable' | 'internal_error' | 'invalid_credentials' | 'invalid_token' | 'malformed_json' | 'not_found' | 'other_browser' | 'payload_too_large' | 'rate_limited' | 'second_factor_required' | 'token_expired' | 'unsupported_media_type' | 'validation_failed'>;

/** Begin to add a passkey. Give `options` to `PublicKeyCredential.parseCreationOptionsFromJSON` and `navigator.credentials.create`, and send what it makes to `POST /v1/passkeys`. */
export const createPasskeyOptions = 'POST /v1/passkeys/options' as Operation<{}, types.PasskeyOptions, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Add a passkey. From then on a sign-in needs the passkey, or the password and another factor. A passkey that verifies the person, by a PIN or a fingerprint, is enough alone. */
export const createPasskey = 'POST /v1/passkeys' as Operation<{
  readonly body: types.CreatePasskey;
}, types.Passkey, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_challenge' | 'malformed_json' | 'passkey_exists' | 'passkey_refused' | 'payload_too_large' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'too_many_passkeys' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List your passkeys */
export const listPasskeys = 'GET /v1/passkeys' as Operation<{
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.PasskeyPage, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_cursor' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Name a passkey */
export const updatePasskey = 'PATCH /v1/passkeys/{passkeyId}' as Operation<{
  /** Passkey */
  readonly passkeyId: string;
  readonly body: types.UpdatePasskey;
}, types.Passkey, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'malformed_json' | 'not_found' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Remove a passkey. Recovery codes go with the last factor. */
export const deletePasskey = 'DELETE /v1/passkeys/{passkeyId}' as Operation<{
  /** Passkey */
  readonly passkeyId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'last_way_in' | 'not_found' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Begin to sign in with a passkey. Give `options` to `PublicKeyCredential.parseRequestOptionsFromJSON` and `navigator.credentials.get`, also with `mediation: "conditional"`. The answer names no account. With the challenge of a sign-in that needs another proof, the options are for that, and name the passkeys of the account. */
export const createPasskeySignInOptions = 'POST /v1/sessions/passkey/options public' as Operation<{
  readonly body: types.CreatePasskeySignInOptions;
}, types.PasskeyOptions, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_challenge' | 'malformed_json' | 'payload_too_large' | 'unsupported_media_type' | 'validation_failed'>;

/** Sign in with a passkey. One answer for a passkey that is not known, a wrong signature and a suspended user. */
export const createSessionByPasskey = 'POST /v1/sessions/passkey public' as Operation<{
  readonly body: types.CreateSessionByPasskey;
}, types.SignedIn, 'bad_request' | 'company_sign_in_required' | 'database_unavailable' | 'internal_error' | 'invalid_challenge' | 'invalid_credentials' | 'malformed_json' | 'payload_too_large' | 'rate_limited' | 'second_factor_required' | 'unsupported_media_type' | 'validation_failed'>;

/** Origins that may use the same passkeys. Related origin requests (WebAuthn level 3, section 5.11), if there are any. */
export const getRelatedOrigins = 'GET /.well-known/webauthn public' as Operation<{}, types.RelatedOrigins, 'bad_request' | 'database_unavailable' | 'internal_error' | 'not_found'>;

/** Get your factors */
export const getFactors = 'GET /v1/users/me/factors' as Operation<{}, types.Factors, 'bad_request' | 'database_unavailable' | 'internal_error' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Set up an authenticator app. Answers with a secret, which counts once a code of it was confirmed, within an hour. Until then, one that was set up before stays. */
export const createTotp = 'POST /v1/users/me/totp' as Operation<{}, types.TotpSetup, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Remove the authenticator app. Recovery codes go with the last factor. */
export const deleteTotp = 'DELETE /v1/users/me/totp' as Operation<{}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'not_found' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Confirm an authenticator app. By the code that it shows. From then on each sign-in needs a second factor. Make recovery codes next, for the day when the phone is lost. */
export const confirmTotp = 'POST /v1/users/me/totp/confirm' as Operation<{
  readonly body: types.ConfirmTotp;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'malformed_json' | 'payload_too_large' | 'rate_limited' | 'recent_sign_in_required' | 'second_factor_incorrect' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Make new recovery codes. For people who have lost their other factors. Each code works once, in place of a second factor. Older codes are void. */
export const createRecoveryCodes = 'POST /v1/users/me/recovery-codes' as Operation<{}, types.RecoveryCodes, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** List the devices that you have signed in with */
export const listDevices = 'GET /v1/users/me/devices' as Operation<{
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.DevicePage, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_cursor' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Forget a device. Its next sign-in needs a second factor, if the account has one, and is emailed. Sessions go on. */
export const deleteDevice = 'DELETE /v1/users/me/devices/{deviceId}' as Operation<{
  /** Device */
  readonly deviceId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'not_found' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Email a link to reset a password. Silent about whether the address has an account. */
export const createPasswordReset = 'POST /v1/password-resets public' as Operation<{
  readonly body: types.CreatePasswordReset;
}, types.ResetSent, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_email' | 'malformed_json' | 'payload_too_large' | 'rate_limited' | 'unsupported_media_type' | 'validation_failed'>;

/** Reset a password. By the token of the emailed link. Ends every session. */
export const confirmPasswordReset = 'POST /v1/password-resets/confirm public' as Operation<{
  readonly body: types.ConfirmPasswordReset;
}, undefined, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_token' | 'malformed_json' | 'overloaded' | 'payload_too_large' | 'token_expired' | 'unsupported_media_type' | 'validation_failed' | 'weak_password'>;

/** Change your password. Ends all other sessions and emails a notice. Without `currentPassword`, a recent sign-in or confirmation is needed: so an account without a password gets one. */
export const updatePassword = 'PUT /v1/users/me/password' as Operation<{
  readonly body: types.UpdatePassword;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'malformed_json' | 'overloaded' | 'password_incorrect' | 'payload_too_large' | 'rate_limited' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed' | 'weak_password'>;

/** Public keys of access tokens. A JWK Set (RFC 7517), so that other services verify tokens themselves. A new key is here at least 30 minutes before it signs. */
export const getJwks = 'GET /.well-known/jwks.json public' as Operation<{}, types.JwkSet | undefined, 'bad_request' | 'database_unavailable' | 'internal_error'>;

/** List the types of events. All of them, each with an example of its payload. The document of the API has their schemas under `webhooks`. */
export const listEventTypes = 'GET /v1/event-types public' as Operation<{}, types.EventTypes, 'bad_request' | 'database_unavailable' | 'internal_error'>;

/** Ask whether you are an operator */
export const getOperator = 'GET /v1/operator/me' as Operation<{}, types.OperatorProfile, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Find a person, an organization, a customer or an email. By an id, an address, a name, a slug, a Message-ID, an API key, or an id of Stripe. Each word begins a word of the name. The query is audited without names. */
export const searchAsOperator = 'GET /v1/operator/search' as Operation<{
  /** Whatever you know of it. */
  readonly q: string;
}, types.OperatorFoundList, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Look at a user. The state of the account, and what belongs to it. */
export const getOperatorUser = 'GET /v1/operator/users/{userId}' as Operation<{
  /** User */
  readonly userId: string;
}, types.OperatorUser, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Look at a user's sessions. Those that are alive, the newest first. */
export const listOperatorUserSessions = 'GET /v1/operator/users/{userId}/sessions' as Operation<{
  /** User */
  readonly userId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.OperatorSessionPage, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Look at a user's emails. Those of the last 90 days, the newest first, without their content. */
export const listOperatorUserEmails = 'GET /v1/operator/users/{userId}/emails' as Operation<{
  /** User */
  readonly userId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.OperatorEmailPage, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Suspend an account. Ends every session at once. The person cannot sign in until the account is restored. */
export const suspendUser = 'POST /v1/operator/users/{userId}/suspend' as Operation<{
  /** User */
  readonly userId: string;
  readonly body: types.SuspendUser;
}, types.OperatorUser, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Lift a suspension. The person can sign in as before. */
export const unsuspendUser = 'POST /v1/operator/users/{userId}/restore' as Operation<{
  /** User */
  readonly userId: string;
  readonly body: types.UnsuspendUser;
}, types.OperatorUser, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Mark an address as verified. For a person who has proven it in another way. */
export const verifyUser = 'POST /v1/operator/users/{userId}/verify' as Operation<{
  /** User */
  readonly userId: string;
  readonly body: types.VerifyUser;
}, types.OperatorUser, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Remove the second factors of a person who has lost them. Ends every session, and tells the person by email. */
export const resetUserFactors = 'POST /v1/operator/users/{userId}/reset-factors' as Operation<{
  /** User */
  readonly userId: string;
  readonly body: types.ResetUserFactors;
}, types.OperatorUser, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List audit events. The newest first. */
export const listOperatorUserAuditEvents = 'GET /v1/operator/users/{userId}/audit-events' as Operation<{
  /** User */
  readonly userId: string;
  readonly action?: types.AuditAction | undefined;
  /** User or API key. */
  readonly actorId?: string | undefined;
  /** Events at or after this instant. */
  readonly from?: string | undefined;
  /** Events before this instant. */
  readonly to?: string | undefined;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.AuditEventPage, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Export audit events. As NDJSON: one event per line, the newest first, however many there are; at most 20 times an hour. A connection that ends before the answer does is a failure. */
export const exportOperatorUserAuditEvents = 'GET /v1/operator/users/{userId}/audit-events/export stream' as Operation<{
  /** User */
  readonly userId: string;
  readonly action?: types.AuditAction | undefined;
  /** User or API key. */
  readonly actorId?: string | undefined;
  /** Events at or after this instant. */
  readonly from?: string | undefined;
  /** Events before this instant. */
  readonly to?: string | undefined;
}, Response, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'operator_second_factor_required' | 'rate_limited' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Act as a user. The answer has an access token of the user that names the operator in `act` (RFC 8693). It reads, and changes things only if `mayChange` is asked for. Operations with `x-while-acting: never` refuse it either way. Ends when the time is over, when the operator signs out, or when either account or the right of the operator ends. Needs a recent proof. Policies of organizations look at what the operator has proven. */
export const createImpersonation = 'POST /v1/operator/users/{userId}/impersonations' as Operation<{
  /** User */
  readonly userId: string;
  readonly body: types.CreateImpersonation;
}, types.BegunImpersonation, 'account_not_open' | 'acting_as_operator' | 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List in whose names you act */
export const listImpersonations = 'GET /v1/operator/impersonations' as Operation<{}, types.ImpersonationList, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Get a new token to act as a user. While the time that was asked for is not over. It says what you have proven by now: prove it again where an organization of the user asks for it. */
export const renewImpersonation = 'POST /v1/operator/impersonations/{impersonationId}/tokens' as Operation<{
  /** Impersonation */
  readonly impersonationId: string;
}, types.BegunImpersonation, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Stop acting as a user */
export const deleteImpersonation = 'DELETE /v1/operator/impersonations/{impersonationId}' as Operation<{
  /** Impersonation */
  readonly impersonationId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Look at the outbox. The newest first, without content. */
export const listOperatorEmails = 'GET /v1/operator/emails' as Operation<{
  readonly status?: types.OperatorEmailStatus | undefined;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.OperatorEmailPage, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Look at an email */
export const getOperatorEmail = 'GET /v1/operator/emails/{emailId}' as Operation<{
  /** Email */
  readonly emailId: string;
}, types.OperatorEmail, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Send a failed email again. With all its tries. The content of an email that failed more than 14 days ago is wiped. */
export const retryEmail = 'POST /v1/operator/emails/{emailId}/retry' as Operation<{
  /** Email */
  readonly emailId: string;
  readonly body: types.RetryEmail;
}, types.OperatorEmail, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'email_not_retryable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Send an email once more, with a new link. For emails that confirm an address or reset a password. What was sent is wiped, so a new one is made; the link of the old one goes on working until it expires or is used. */
export const resendEmail = 'POST /v1/operator/emails/{emailId}/resend' as Operation<{
  /** Email */
  readonly emailId: string;
  readonly body: types.ResendEmail;
}, types.EmailResent, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'email_not_retryable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Look up why an address gets no email */
export const listSuppressions = 'GET /v1/operator/suppressions' as Operation<{
  /** An email address. */
  readonly address: string;
}, types.OperatorSuppressionList, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Let an address get email again. Also bulk email. Lift it only when the cause is gone: providers block senders whose email bounces. */
export const liftSuppression = 'POST /v1/operator/suppressions/lift' as Operation<{
  readonly body: types.LiftSuppression;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Look at the queues. What waits, fails and is dead, per queue. */
export const listQueues = 'GET /v1/operator/queues' as Operation<{}, types.OperatorQueueList, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated'>;

/** Look at jobs. Those that are not done, the newest first. Of their data, only ids are shown. */
export const listJobs = 'GET /v1/operator/jobs' as Operation<{
  /** A queue. */
  readonly queue?: string | undefined;
  readonly state?: types.OperatorJobState | undefined;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.OperatorJobPage, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Run a job again. A dead one goes back to its queue; one that waits for its next try runs at once. */
export const retryJob = 'POST /v1/operator/jobs/{jobId}/retry' as Operation<{
  /** Job */
  readonly jobId: string;
  readonly body: types.RetryJob;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Create an organization. The caller becomes its owner. */
export const createOrganization = 'POST /v1/organizations key' as Operation<{
  readonly body: types.CreateOrganization;
}, types.Organization, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'idempotency_key_reused' | 'internal_error' | 'malformed_json' | 'payload_too_large' | 'request_in_progress' | 'session_revoked' | 'slug_taken' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List your organizations */
export const listOrganizations = 'GET /v1/organizations' as Operation<{
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.OwnOrganizationPage, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_cursor' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Get an organization */
export const getOrganization = 'GET /v1/organizations/{organizationId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, types.Organization, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Rename an organization */
export const updateOrganization = 'PATCH /v1/organizations/{organizationId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.UpdateOrganization;
}, types.Organization, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'session_revoked' | 'slug_taken' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Delete an organization. Closes it at once; it is purged after 14 days. An owner can restore it until then. */
export const deleteOrganization = 'DELETE /v1/organizations/{organizationId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'personal_organization' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Undo the deletion of an organization. By an owner; to all others it does not exist. */
export const restoreOrganization = 'POST /v1/organizations/{organizationId}/restore' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, types.Organization, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'not_found' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Transfer ownership. Makes a member the owner and the caller an admin, in one step. */
export const createOwnershipTransfer = 'POST /v1/organizations/{organizationId}/ownership-transfers' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.CreateOwnershipTransfer;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'last_owner' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'personal_organization' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** See what a change of a member takes along. Lists what the removal of the member revokes or, with `role`, what that role would. Anyone may ask for themself; for others it needs `members:manage`. */
export const getMemberConsequences = 'GET /v1/organizations/{organizationId}/members/{userId}/consequences' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** User */
  readonly userId: string;
  /** The role of a member, which decides what they may do. */
  readonly role?: types.Role | undefined;
}, types.MemberConsequences, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Remove a member, or leave. Anyone may leave; removing others needs `members:manage`. Their API keys and invitations are revoked: `GET` its `/consequences` before. */
export const deleteMember = 'DELETE /v1/organizations/{organizationId}/members/{userId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** User */
  readonly userId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'last_owner' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'personal_organization' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Change a member's role. Nobody gives or takes a role that allows more than their own. */
export const updateMember = 'PATCH /v1/organizations/{organizationId}/members/{userId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** User */
  readonly userId: string;
  readonly body: types.UpdateMember;
}, types.Member, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'last_owner' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'personal_organization' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List members. By the time they joined. */
export const listMembers = 'GET /v1/organizations/{organizationId}/members' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.MemberPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Email an invitation again. With another link, which is valid for 7 days. The link before no longer works. */
export const resendInvitation = 'POST /v1/organizations/{organizationId}/invitations/{invitationId}/resend' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Invitation */
  readonly invitationId: string;
}, types.Invitation, 'acting_refused' | 'already_member' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'limit_reached' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'rate_limited' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Invite someone by email. The invitation is bound to the address and expires after 7 days. */
export const createInvitation = 'POST /v1/organizations/{organizationId}/invitations key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.CreateInvitation;
}, types.Invitation, 'acting_refused' | 'already_invited' | 'already_member' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'invalid_email' | 'limit_reached' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'rate_limited' | 'recent_sign_in_required' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List invitations. Open and expired ones, the newest first. */
export const listInvitations = 'GET /v1/organizations/{organizationId}/invitations' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.InvitationPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Revoke an invitation */
export const deleteInvitation = 'DELETE /v1/organizations/{organizationId}/invitations/{invitationId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Invitation */
  readonly invitationId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Read an invitation by its token. Before signing in. Uses nothing up. */
export const lookUpInvitation = 'POST /v1/invitations/lookup public' as Operation<{
  readonly body: types.LookUpInvitation;
}, types.ProvenInvitation, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_token' | 'malformed_json' | 'payload_too_large' | 'token_expired' | 'unsupported_media_type' | 'validation_failed'>;

/** Accept an invitation. By the emailed token, signed in with the invited address. Whoever accepted it before gets the same answer. */
export const acceptInvitation = 'POST /v1/invitations/accept' as Operation<{
  readonly body: types.AcceptInvitation;
}, types.AcceptedInvitation, 'acting_refused' | 'already_member' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_token' | 'invitation_for_another_address' | 'limit_reached' | 'malformed_json' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Register with an invitation. Creates a confirmed account for the invited address, as a member of the organization: the token proves the address. Sign in next. */
export const registerByInvitation = 'POST /v1/invitations/register public' as Operation<{
  readonly body: types.RegisterByInvitation;
}, types.RegisteredByInvitation, 'bad_request' | 'database_unavailable' | 'email_taken' | 'internal_error' | 'invalid_token' | 'limit_reached' | 'malformed_json' | 'overloaded' | 'payload_too_large' | 'rate_limited' | 'token_expired' | 'unsupported_media_type' | 'validation_failed' | 'weak_password'>;

/** List invitations to you. Those to your address that you can accept, the newest first. */
export const listMyInvitations = 'GET /v1/users/me/invitations' as Operation<{
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.ReceivedInvitationPage, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_cursor' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Accept an invitation to you. Without the emailed token: your address is confirmed. */
export const acceptMyInvitation = 'POST /v1/users/me/invitations/{invitationId}/accept' as Operation<{
  /** Invitation */
  readonly invitationId: string;
}, types.AcceptedInvitation, 'acting_refused' | 'already_member' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_token' | 'limit_reached' | 'not_found' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Decline an invitation to you */
export const declineInvitation = 'DELETE /v1/users/me/invitations/{invitationId}' as Operation<{
  /** Invitation */
  readonly invitationId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'not_found' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Create an API key. The secret is shown this once. A key never allows more than its creator's role does at the time. */
export const createApiKey = 'POST /v1/organizations/{organizationId}/api-keys key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.CreateApiKey;
}, types.NewApiKey, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'invalid_expiry' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'recent_sign_in_required' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List API keys. The newest first, without their secrets. Revoked ones are shown on request. */
export const listApiKeys = 'GET /v1/organizations/{organizationId}/api-keys' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Default `live`. */
  readonly state?: types.ApiKeyState | undefined;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.ApiKeyPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Rotate an API key. Gives it another secret, shown this once. The old one keeps working for the grace. Only for the creator of the key. */
export const rotateApiKey = 'POST /v1/organizations/{organizationId}/api-keys/{apiKeyId}/rotate' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** API key */
  readonly apiKeyId: string;
  readonly body: types.RotateApiKey;
}, types.NewApiKey, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Change an API key */
export const updateApiKey = 'PATCH /v1/organizations/{organizationId}/api-keys/{apiKeyId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** API key */
  readonly apiKeyId: string;
  readonly body: types.UpdateApiKey;
}, types.ApiKey, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_expiry' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Revoke an API key */
export const deleteApiKey = 'DELETE /v1/organizations/{organizationId}/api-keys/{apiKeyId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** API key */
  readonly apiKeyId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Take an API key over. Makes the caller its creator, so that it goes on when the creator leaves. The secret stays the same, and the key keeps the scopes that the caller holds. */
export const takeOverApiKey = 'POST /v1/organizations/{organizationId}/api-keys/{apiKeyId}/take-over' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** API key */
  readonly apiKeyId: string;
}, types.ApiKey, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** List audit events. The newest first. */
export const listOrganizationAuditEvents = 'GET /v1/organizations/{organizationId}/audit-events' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly action?: types.AuditAction | undefined;
  /** User or API key. */
  readonly actorId?: string | undefined;
  /** Events at or after this instant. */
  readonly from?: string | undefined;
  /** Events before this instant. */
  readonly to?: string | undefined;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.AuditEventPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Export audit events. As NDJSON: one event per line, the newest first, however many there are; at most 20 times an hour. A connection that ends before the answer does is a failure. */
export const exportOrganizationAuditEvents = 'GET /v1/organizations/{organizationId}/audit-events/export stream' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly action?: types.AuditAction | undefined;
  /** User or API key. */
  readonly actorId?: string | undefined;
  /** Events at or after this instant. */
  readonly from?: string | undefined;
  /** Events before this instant. */
  readonly to?: string | undefined;
}, Response, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'feature_not_included' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'rate_limited' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Look at an organization */
export const getOperatorOrganization = 'GET /v1/operator/organizations/{organizationId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, types.OperatorOrganization, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Look at the members of an organization */
export const listOperatorMembers = 'GET /v1/operator/organizations/{organizationId}/members' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.MemberPage, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** List audit events. The newest first. */
export const listOperatorOrganizationAuditEvents = 'GET /v1/operator/organizations/{organizationId}/audit-events' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly action?: types.AuditAction | undefined;
  /** User or API key. */
  readonly actorId?: string | undefined;
  /** Events at or after this instant. */
  readonly from?: string | undefined;
  /** Events before this instant. */
  readonly to?: string | undefined;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.AuditEventPage, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Export audit events. As NDJSON: one event per line, the newest first, however many there are; at most 20 times an hour. A connection that ends before the answer does is a failure. */
export const exportOperatorOrganizationAuditEvents = 'GET /v1/operator/organizations/{organizationId}/audit-events/export stream' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly action?: types.AuditAction | undefined;
  /** User or API key. */
  readonly actorId?: string | undefined;
  /** Events at or after this instant. */
  readonly from?: string | undefined;
  /** Events before this instant. */
  readonly to?: string | undefined;
}, Response, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'operator_second_factor_required' | 'rate_limited' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** List events. The newest first. Events of transactions that ran at the same time may appear out of order for a moment: who polls reads the last minute again. */
export const listOperatorEvents = 'GET /v1/operator/organizations/{organizationId}/events' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly type?: types.EventType | undefined;
  /** Events at or after this instant. */
  readonly from?: string | undefined;
  /** Events before this instant. */
  readonly to?: string | undefined;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.EventPage, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** List events. The newest first. Events of transactions that ran at the same time may appear out of order for a moment: who polls reads the last minute again. */
export const listEvents = 'GET /v1/organizations/{organizationId}/events' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly type?: types.EventType | undefined;
  /** Events at or after this instant. */
  readonly from?: string | undefined;
  /** Events before this instant. */
  readonly to?: string | undefined;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.EventPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Create a webhook endpoint. Events from now on are delivered to it. The secret is shown this once. See the guide for receivers. */
export const createWebhookEndpoint = 'POST /v1/organizations/{organizationId}/webhook-endpoints key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.CreateWebhookEndpoint;
}, types.NewWebhookEndpoint, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'invalid_webhook_url' | 'limit_reached' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'too_many_webhook_endpoints' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List webhook endpoints. The newest first. */
export const listWebhookEndpoints = 'GET /v1/organizations/{organizationId}/webhook-endpoints' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.WebhookEndpointPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Rotate the secret of a webhook endpoint. Gives it another secret, shown this once. For 24 hours, each delivery has a signature of each of both. */
export const rotateWebhookSecret = 'POST /v1/organizations/{organizationId}/webhook-endpoints/{endpointId}/rotate-secret' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Webhook endpoint */
  readonly endpointId: string;
}, types.NewWebhookEndpoint, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Get a webhook endpoint */
export const getWebhookEndpoint = 'GET /v1/organizations/{organizationId}/webhook-endpoints/{endpointId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Webhook endpoint */
  readonly endpointId: string;
}, types.WebhookEndpoint, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Change a webhook endpoint. Deliveries that wait while it is disabled are sent once it is enabled again, if they are not too old then. */
export const updateWebhookEndpoint = 'PATCH /v1/organizations/{organizationId}/webhook-endpoints/{endpointId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Webhook endpoint */
  readonly endpointId: string;
  readonly body: types.UpdateWebhookEndpoint;
}, types.WebhookEndpoint, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_webhook_url' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Delete a webhook endpoint. Its deliveries are deleted with it. */
export const deleteWebhookEndpoint = 'DELETE /v1/organizations/{organizationId}/webhook-endpoints/{endpointId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Webhook endpoint */
  readonly endpointId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Send an example to a webhook endpoint. At once, signed as a delivery is; at most 30 times a minute. The answer says what the receiver said. */
export const testWebhookEndpoint = 'POST /v1/organizations/{organizationId}/webhook-endpoints/{endpointId}/test' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Webhook endpoint */
  readonly endpointId: string;
  readonly body: types.TestWebhookEndpoint;
}, types.WebhookAttempt, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'rate_limited' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List deliveries of a webhook endpoint. The newest first, each with its attempts. */
export const listWebhookDeliveries = 'GET /v1/organizations/{organizationId}/webhook-endpoints/{endpointId}/deliveries' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Webhook endpoint */
  readonly endpointId: string;
  readonly status?: types.WebhookDeliveryStatus | undefined;
  readonly type?: types.EventType | undefined;
  /** Of events at or after this instant. */
  readonly from?: string | undefined;
  /** Of events before this instant. */
  readonly to?: string | undefined;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.WebhookDeliveryPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Get a delivery */
export const getWebhookDelivery = 'GET /v1/organizations/{organizationId}/webhook-endpoints/{endpointId}/deliveries/{deliveryId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Webhook endpoint */
  readonly endpointId: string;
  /** Delivery */
  readonly deliveryId: string;
}, types.WebhookDelivery, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Send a delivery again. Now, and with all retries if it fails; also one that succeeded. Its `webhook-id` stays the same. At most 120 times a minute: replay where there are many. */
export const retryWebhookDelivery = 'POST /v1/organizations/{organizationId}/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/retry' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Webhook endpoint */
  readonly endpointId: string;
  /** Delivery */
  readonly deliveryId: string;
}, types.WebhookDelivery, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'rate_limited' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed' | 'webhook_endpoint_disabled'>;

/** Send events again. Each event since an instant, as far as it is kept, whether it was delivered or not: the oldest 10,000 of them. Their `webhook-id` stays the same. At most 20 times an hour. */
export const replayWebhooks = 'POST /v1/organizations/{organizationId}/webhook-endpoints/{endpointId}/replay' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Webhook endpoint */
  readonly endpointId: string;
  readonly body: types.ReplayWebhooks;
}, types.WebhookReplay, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'rate_limited' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed' | 'webhook_endpoint_disabled'>;

/** List plans and products. The whole catalog, with prices in every currency. */
export const listPlans = 'GET /v1/plans public' as Operation<{}, types.Catalog, 'bad_request' | 'database_unavailable' | 'internal_error'>;

/** Open a checkout of a plan. Answers the address of a page of Stripe, where it is paid. Nothing is granted by coming back from there: ask for the entitlements. */
export const createCheckoutSession = 'POST /v1/organizations/{organizationId}/checkout-sessions key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.CreateCheckoutSession;
}, types.CheckoutSession, 'acting_refused' | 'already_subscribed' | 'bad_request' | 'checkout_open' | 'database_unavailable' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'invalid_quantity' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'payments_refused' | 'payments_unavailable' | 'redirect_not_allowed' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unknown_currency' | 'unknown_plan' | 'unknown_promotion_code' | 'unsupported_media_type' | 'validation_failed'>;

/** Open a checkout of a one-off product. The organization has the product once it is paid. */
export const createPurchase = 'POST /v1/organizations/{organizationId}/purchases key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.CreatePurchase;
}, types.CheckoutSession, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'payments_refused' | 'payments_unavailable' | 'redirect_not_allowed' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unknown_currency' | 'unknown_product' | 'unsupported_media_type' | 'validation_failed'>;

/** Open the customer portal. A page of Stripe for cards, addresses, invoices and cancelling. */
export const createPortalSession = 'POST /v1/organizations/{organizationId}/portal-sessions' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.CreatePortalSession;
}, types.PortalSession, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'payments_refused' | 'payments_unavailable' | 'redirect_not_allowed' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Get the subscription */
export const getSubscription = 'GET /v1/organizations/{organizationId}/subscription' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, types.Subscription, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'not_subscribed' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Change, end or resume the subscription. Plan, interval and quantity are charged or credited at once, and what is new is granted once that is paid: until then `pendingUntil` is set. `cancelAtPeriodEnd` ends it with the paid period; false takes that back. */
export const updateSubscription = 'PATCH /v1/organizations/{organizationId}/subscription' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.UpdateSubscription;
}, types.Subscription, 'acting_refused' | 'bad_request' | 'change_not_possible' | 'change_pending' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_period' | 'invalid_quantity' | 'malformed_json' | 'not_found' | 'not_subscribed' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'payment_declined' | 'payments_refused' | 'payments_unavailable' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unknown_plan' | 'unsupported_media_type' | 'validation_failed'>;

/** Bring the subscription back. Resumes a paused subscription, and charges the latest invoice of one that is incomplete, unpaid or past due. `status` of the answer says whether it is back. If it is not, a person can pay at `openInvoiceUrl`. */
export const resumeSubscription = 'POST /v1/organizations/{organizationId}/subscription/resume' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, types.Subscription, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'not_subscribed' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payment_declined' | 'payments_refused' | 'payments_unavailable' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Preview a change of the subscription. The cost of the change now, with the proration. Changes nothing. */
export const previewSubscription = 'POST /v1/organizations/{organizationId}/subscription/preview' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.PreviewSubscription;
}, types.SubscriptionPreview, 'acting_refused' | 'bad_request' | 'change_not_possible' | 'change_pending' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_period' | 'invalid_quantity' | 'malformed_json' | 'not_found' | 'not_subscribed' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'payment_declined' | 'payments_refused' | 'payments_unavailable' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unknown_plan' | 'unsupported_media_type' | 'validation_failed'>;

/** Get what the organization may use. Features, limits and what is used of them, and why. */
export const getEntitlements = 'GET /v1/organizations/{organizationId}/entitlements' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, types.Entitlements, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** List invoices. The newest first, with links to a page and a PDF. */
export const listInvoices = 'GET /v1/organizations/{organizationId}/invoices' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.InvoicePage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Look at what an organization has bought and may use */
export const getOperatorBilling = 'GET /v1/operator/organizations/{organizationId}/billing' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, types.OperatorBilling, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Look at the invoices of an organization */
export const listOperatorInvoices = 'GET /v1/operator/organizations/{organizationId}/invoices' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.InvoicePage, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'operator_second_factor_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Extend a trial. Through Stripe. The new end must be later, and at most two years from now. */
export const extendTrial = 'POST /v1/operator/organizations/{organizationId}/trial-extensions' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.ExtendTrial;
}, undefined, 'acting_refused' | 'bad_request' | 'change_not_possible' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'not_subscribed' | 'operator_second_factor_required' | 'payload_too_large' | 'payments_refused' | 'payments_unavailable' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Refund an invoice. By a credit note at Stripe, so that the books say why. All that is left of it, or an amount. */
export const refundInvoice = 'POST /v1/operator/organizations/{organizationId}/refunds key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.RefundInvoice;
}, types.OperatorRefund, 'acting_refused' | 'bad_request' | 'conflict' | 'database_unavailable' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'invalid_quantity' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'payments_refused' | 'payments_unavailable' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Grant a feature, or more of a limit. Beyond the plan, until an instant. Name a feature, or a limit with a quantity. */
export const createGrant = 'POST /v1/operator/organizations/{organizationId}/grants key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.CreateGrant;
}, types.EntitlementGrant, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** End a grant before its time */
export const endGrant = 'POST /v1/operator/organizations/{organizationId}/grants/{grantId}/end' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Grant */
  readonly grantId: string;
  readonly body: types.EndGrant;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'operator_second_factor_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Report usage. Counted, and billed where the plan has a price for it. Send an Idempotency-Key, so that a repetition counts once. */
export const reportUsage = 'POST /v1/organizations/{organizationId}/usage key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.ReportUsage;
}, types.UsageAccepted, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'invalid_period' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unknown_meter' | 'unsupported_media_type' | 'validation_failed'>;

/** Sum usage */
export const getUsage = 'GET /v1/organizations/{organizationId}/usage' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** One of apiCalls. */
  readonly meter: string;
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
}, types.UsageSum, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_period' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unknown_meter' | 'validation_failed'>;

/** Receive an event of Stripe. Called by Stripe. 200 means that the event is stored, or was before; what it says is fetched, not believed. Thin events are acknowledged and not used. */
export const receiveStripeWebhook = 'POST /v1/webhooks/stripe public' as Operation<{}, types.WebhookStored, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_signature' | 'malformed_json' | 'not_found' | 'payload_too_large' | 'validation_failed'>;

/** Claim a domain. Publish the record of the answer in the DNS of the domain, and verify it then. A claim alone has no effect. Its subdomains are other domains. Needs a recent proof. */
export const claimDomain = 'POST /v1/organizations/{organizationId}/domains key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.ClaimDomain;
}, types.OrganizationDomain, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'domain_claimed' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'invalid_domain' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'recent_sign_in_required' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'too_many_domains' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List the domains of an organization. The newest first. */
export const listDomains = 'GET /v1/organizations/{organizationId}/domains' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.OrganizationDomainPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Get a domain */
export const getDomain = 'GET /v1/organizations/{organizationId}/domains/{domainId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Domain */
  readonly domainId: string;
}, types.OrganizationDomain, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Delete a domain. All owners get an email if it was verified. Needs a recent proof. */
export const deleteDomain = 'DELETE /v1/organizations/{organizationId}/domains/{domainId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Domain */
  readonly domainId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Verify a domain. Looks for the record, for at most 5 seconds and at most 60 times an hour. All owners get an email. Needs a recent proof. */
export const verifyDomain = 'POST /v1/organizations/{organizationId}/domains/{domainId}/verify' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Domain */
  readonly domainId: string;
}, types.OrganizationDomain, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'domain_lookup_failed' | 'domain_not_proven' | 'domain_taken' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'rate_limited' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Get the policy of an organization */
export const getOrganizationPolicy = 'GET /v1/organizations/{organizationId}/policy' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, types.OrganizationPolicy, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Replace the policy of an organization. It applies to the next request of each member, and not to API keys. The caller must satisfy it. All owners get an email. Needs a recent proof. */
export const putOrganizationPolicy = 'PUT /v1/organizations/{organizationId}/policy' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.PutOrganizationPolicy;
}, types.OrganizationPolicy, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Get the identity provider of an organization */
export const getOrganizationIdentityProvider = 'GET /v1/organizations/{organizationId}/identity-provider' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, types.OrganizationIdentityProvider, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Set the identity provider of an organization. A change of issuer, client or secret voids the test run. Enforcing it ends the sessions that members with an address of the verified domains have, but for those of the caller. All owners get an email. Needs a recent proof. */
export const putOrganizationIdentityProvider = 'PUT /v1/organizations/{organizationId}/identity-provider' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.PutOrganizationIdentityProvider;
}, types.OrganizationIdentityProvider, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'identity_provider_untested' | 'internal_error' | 'invalid_issuer' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Remove the identity provider of an organization. All owners get an email. Needs a recent proof. */
export const deleteOrganizationIdentityProvider = 'DELETE /v1/organizations/{organizationId}/identity-provider' as Operation<{
  /** Organization */
  readonly organizationId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Start a test run with the identity provider. Send the browser to `url`, and sign in there. The browser comes back with `test=passed` or `error`; no session begins. Ask with credentials: the answer sets a cookie. Needs a recent proof. */
export const testOrganizationIdentityProvider = 'POST /v1/organizations/{organizationId}/identity-provider/test' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.TestOrganizationIdentityProvider;
}, types.IdentityProviderTest, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'provider_answer_invalid' | 'provider_misconfigured' | 'provider_unavailable' | 'rate_limited' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Create a SCIM token. For the directory of the company. It is shown this once. An organization has two at most: to replace one, create another, set it up at the directory, and delete the first. */
export const createScimToken = 'POST /v1/organizations/{organizationId}/scim-tokens key' as Operation<{
  /** Organization */
  readonly organizationId: string;
  readonly body: types.CreateScimToken;
}, types.NewScimToken, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'idempotency_key_reused' | 'internal_error' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'recent_sign_in_required' | 'request_in_progress' | 'session_revoked' | 'token_expired' | 'too_many_scim_tokens' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** List SCIM tokens. The newest first, without their secrets. */
export const listScimTokens = 'GET /v1/organizations/{organizationId}/scim-tokens' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.ScimTokenPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Delete a SCIM token */
export const deleteScimToken = 'DELETE /v1/organizations/{organizationId}/scim-tokens/{scimTokenId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** SCIM token */
  readonly scimTokenId: string;
}, undefined, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** List the groups of the directory. With the role that each gives to its members. */
export const listScimGroups = 'GET /v1/organizations/{organizationId}/scim-groups' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** The maximum number of elements. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  readonly cursor?: string | undefined;
}, types.ScimGroupPage, 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'invalid_cursor' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'validation_failed'>;

/** Choose the role that a group gives. Members of the group have the role from now on. Whoever is in several groups has the highest role, and without any is a member. Owners stay owners. */
export const updateScimGroup = 'PATCH /v1/organizations/{organizationId}/scim-groups/{scimGroupId}' as Operation<{
  /** Organization */
  readonly organizationId: string;
  /** Group */
  readonly scimGroupId: string;
  readonly body: types.UpdateScimGroup;
}, types.ScimGroup, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'forbidden' | 'internal_error' | 'last_owner' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'recent_sign_in_required' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Describe the issuer of access tokens. Authorization server metadata (RFC 8414), so that libraries of other services find the keys by the issuer alone. It names what there is, and so no authorization endpoint. */
export const getAuthorizationServer = 'GET /.well-known/oauth-authorization-server public' as Operation<{}, types.AuthorizationServer | undefined, 'bad_request' | 'database_unavailable' | 'internal_error'>;

/** Describe the issuer of access tokens, where OpenID Connect looks. The document of `/.well-known/oauth-authorization-server`, for libraries that look for it here only. The service is no OpenID provider. */
export const getOpenIdConfiguration = 'GET /.well-known/openid-configuration public' as Operation<{}, types.AuthorizationServer | undefined, 'bad_request' | 'database_unavailable' | 'internal_error'>;

/** Get a token for another service. Token exchange (RFC 8693), as a form or as JSON. The token carries `organization`, `role` and `permissions` of one membership, lives five minutes, and is good for its audience alone. The access token that authenticates the request is the subject token. */
export const exchangeToken = 'POST /v1/tokens/exchange' as Operation<{
  readonly body: types.ExchangeToken;
}, types.ExchangedToken, 'acting_refused' | 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_target' | 'malformed_json' | 'not_found' | 'organization_second_factor_required' | 'organization_sign_in_required' | 'payload_too_large' | 'session_revoked' | 'token_expired' | 'unauthenticated' | 'unsupported_media_type' | 'validation_failed'>;

/** Ask whether a token is good now. Token introspection (RFC 7662), as a form or as JSON. It looks at the session, the account, the membership and the policy of the organization at this moment. A token for the audience of another service is `{"active":false}`. */
export const introspectToken = 'POST /v1/tokens/introspect public' as Operation<{
  readonly body: types.IntrospectToken;
}, types.TokenIntrospection, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_client' | 'malformed_json' | 'payload_too_large' | 'unsupported_media_type' | 'validation_failed'>;

/** List sessions that have ended. For a service that verifies tokens itself and polls, e.g. every second. Without `since`, or with one of long ago: all sessions that ended while a token of theirs may be alive. With it: those since that answer. None is left out, however late its transaction committed; one may come twice. */
export const listTokenRevocations = 'GET /v1/tokens/revocations public' as Operation<{
  /** `next` of the answer before. */
  readonly since?: string | undefined;
}, types.TokenRevocations, 'bad_request' | 'database_unavailable' | 'internal_error' | 'invalid_client' | 'invalid_cursor' | 'validation_failed'>;

/** Is the process alive? */
export const getLiveness = 'GET /livez public' as Operation<{}, types.Liveness, 'bad_request' | 'database_unavailable' | 'internal_error'>;

/** Can the process take requests? */
export const getReadiness = 'GET /readyz public' as Operation<{}, types.Readiness, 'bad_request' | 'database_unavailable' | 'internal_error'>;
