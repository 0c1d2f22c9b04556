/** The rows about a person in an export: the tables of organizations that name people, and the number of their rows. */
export const places = (body: { organizations: unknown[] }) => ({
  'public.memberships': body.organizations.length,
});
