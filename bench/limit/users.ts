import type { Row } from 'postgres';

/** The fields of a user that the service shows. */
export function presentUser(row: Row) {
  const { id, email, name, locale, created_at: createdAt, updated_at: updatedAt } = row;
  return { id, email, name, locale, createdAt, updatedAt };
}
