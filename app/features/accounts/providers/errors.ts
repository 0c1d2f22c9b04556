import { defineErrors } from '../../../platform/errors.ts';

/** The first ones are also the `error` with which a callback leads back to the frontend. */
export const providerErrors = defineErrors({
  provider_access_denied: { status: 403, title: 'The person did not agree at the identity provider' },
  provider_answer_invalid: { status: 400, title: 'The answer of the identity provider is not valid' },
  provider_sign_in_expired: {
    status: 400,
    title: 'The sign-in has expired, was used before, or began in another browser',
  },
  provider_misconfigured: { status: 503, title: 'The identity provider does not accept this service' },
  provider_unavailable: { status: 503, title: 'The identity provider cannot be reached' },
  provider_address_unverified: { status: 422, title: 'The identity provider does not vouch for an address' },
  identity_not_linked: { status: 409, title: 'The address has an account, which the identity is not linked to' },
  identity_taken: { status: 409, title: 'The identity is linked to another account' },
});
