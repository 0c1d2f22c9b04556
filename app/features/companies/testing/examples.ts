/** The part of companies in the test of the document's examples: a domain that the organization has claimed, and an identity provider. */
export const absent = {
  getDomain: 'not_found',
  verifyDomain: 'not_found',
  deleteDomain: 'not_found',
  getOrganizationIdentityProvider: 'not_found',
  testOrganizationIdentityProvider: 'not_found',
};
