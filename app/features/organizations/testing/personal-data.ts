/** The rows about a person in an export: the tables of organizations that name people, and the number of their rows. */
export const places = (body: Record<string, unknown[]>) => ({
  'public.memberships': body.organizations!.length,
  'public.invitations': body.invitations!.length + body.sentInvitations!.length,
  'public.api_keys': body.apiKeys!.length,
});
