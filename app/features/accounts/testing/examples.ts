/** The examples of the document that name what a new owner does not have, and the code of their answer. */
export const absent = {
  // The setting is off.
  createEmailLink: 'not_found',
  createSessionByEmailLink: 'not_found',
  // A provider, and a sign-in that began there.
  startProviderSignIn: 'not_found',
  createSessionByProvider: 'provider_sign_in_expired',
  linkIdentity: 'provider_sign_in_expired',
  unlinkIdentity: 'not_found',
};
