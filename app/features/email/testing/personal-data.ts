/** The rows about a person in an export: the tables of email that name people, and the number of their rows. */
export const places = (body: { emails: { messages: unknown[] } }) => ({
  'public.email_messages': body.emails.messages.length,
});
