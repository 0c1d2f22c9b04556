/** Members who join and leave the organization of a trace, in one transaction with the wake-up of its seats, as the service does it. */
import { and, eq, ne } from 'drizzle-orm';
import { newId } from '../../../../platform/security/random.ts';
import { users } from '../../../accounts/schema.ts';
import { memberships } from '../../../organizations/schema.ts';
import type { World } from './environment.ts';

export async function join({ db, organizationId, clock, start }: World): Promise<void> {
  const id = newId();
  const now = clock.now();
  const person = { id, email: `${id}@example.com`, name: 'Grace', locale: 'en', createdAt: now, updatedAt: now };
  await db.transaction(async (tx) => {
    await tx.insert(users).values(person);
    await tx.insert(memberships).values({ organizationId, userId: id, role: 'member', createdAt: now });
    await start().seats.membersChanged(tx, organizationId);
  });
}

/** The last who joined leaves; the owner stays. */
export async function leave({ db, organizationId, start }: World): Promise<void> {
  const own = eq(memberships.organizationId, organizationId);
  await db.transaction(async (tx) => {
    const joined = await tx
      .select()
      .from(memberships)
      .where(and(own, ne(memberships.role, 'owner')));
    const last = joined.at(-1);
    if (!last) return;
    await tx.delete(memberships).where(and(own, eq(memberships.userId, last.userId)));
    await start().seats.membersChanged(tx, organizationId);
  });
}
