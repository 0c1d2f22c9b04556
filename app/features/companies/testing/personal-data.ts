/** The rows about a person in an export: the tables of companies that name people, and the number of their rows. */
export const places = (body: Record<string, unknown[]>) => ({ 'public.removed_members': body.removals!.length });
