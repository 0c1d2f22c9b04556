/** The examples of the document that name what a new owner does not have, and the code of their answer. */
export const absent = {
  // The caller is no operator.
  getOperatorOrganization: 'forbidden',
  listOperatorMembers: 'forbidden',
  listOperatorEvents: 'forbidden',
  listOperatorOrganizationAuditEvents: 'forbidden',
  exportOperatorOrganizationAuditEvents: 'forbidden',
};
