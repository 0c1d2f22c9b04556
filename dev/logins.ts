/** The logins that `npm run seed` makes, and that pages of development offer. Everybody knows the password: they exist in development only. */
export const PASSWORD = 'correct horse battery staple';

export const LOGINS = {
  owner: { name: 'Olivia', email: 'olivia@example.com', password: PASSWORD },
  member: { name: 'Mark', email: 'mark@example.com', password: PASSWORD },
} as const;

/** A person of the staff, who also has a second factor. */
export const OPERATOR = { name: 'Otto', email: 'otto@example.com', password: PASSWORD } as const;
