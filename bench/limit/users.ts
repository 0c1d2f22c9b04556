import type { Row } from 'postgres';

/** What the service shows of a user. */
export function presentUser(row: Row) {
  const { id, email, name, locale, created_at: createdAt, updated_at: updatedAt } = row;
  return { id, email, name, locale, createdAt, updatedAt };
}
