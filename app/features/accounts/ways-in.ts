import { eq } from 'drizzle-orm';
import type { Transaction } from '../../platform/database/database.ts';
import { accountErrors } from './errors.ts';
import { passkeys } from './passkeys/schema.ts';
import { identities } from './providers/schema.ts';
import type { User } from './users.ts';

/**
 * Refuses a removal that leaves an account with no way to sign in. Call it after the removal, under the lock of the account, so that two removals at
 * once cannot take the last two.
 * @throws `last_way_in`
 */
export async function requireWayIn(tx: Transaction, user: Pick<User, 'id' | 'passwordHash'>): Promise<void> {
  if (user.passwordHash !== null) return;
  const left = [
    await tx.$count(passkeys, eq(passkeys.userId, user.id)),
    await tx.$count(identities, eq(identities.userId, user.id)),
  ];
  if (left.every((count) => count === 0)) throw accountErrors.last_way_in();
}
