/** How and when the person of a session proved who they are. */
import type { AuthenticationMethod, sessions } from './schema.ts';

/** A session as its access tokens show it: of whom, and how and when the person proved it (RFC 9068 section 2.2.1). */
export interface ProvenSession {
  readonly userId: string;
  readonly id: string;
  readonly amr: readonly AuthenticationMethod[];
  readonly authTime: Date;
}

/** How and when a session was proven. One of an earlier release was begun by a password. */
export function provenOf(
  session: Pick<typeof sessions.$inferSelect, 'userId' | 'id' | 'amr' | 'authTime' | 'createdAt'>,
): ProvenSession {
  const { userId, id, amr, authTime, createdAt } = session;
  return { userId, id, amr: amr ?? ['pwd'], authTime: authTime ?? createdAt };
}
