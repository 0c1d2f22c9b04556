/** The part of SCIM in the test of the document's examples: there is no such token, and no such group. */
export const absent = { deleteScimToken: 'not_found', updateScimGroup: 'not_found' };
