/** The examples of the document that name what a new owner does not have, and the code of their answer. */
export const absent = {
  // The organization of the example.
  exchangeToken: 'not_found',
  // The id and the secret of a service client.
  introspectToken: 'invalid_client',
  listTokenRevocations: 'invalid_client',
};
