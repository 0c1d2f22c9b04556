/** An organization with an endpoint, by SQL: for tests and benchmarks that need many. */
import type { Database } from '../../../platform/database/database.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Sealer } from '../../../platform/security/sealing.ts';
import { organizations } from '../../organizations/schema.ts';
import { type EndpointRow, webhookEndpoints } from '../schema.ts';
import { makeSecret } from '../signing.ts';

export async function seedEndpoint(
  { db, sealer }: { db: Database; sealer: Sealer },
  { url, organizationId }: { url: string; organizationId?: string },
): Promise<EndpointRow & { signingSecret: string }> {
  const [now, owner] = [new Date(), organizationId ?? newId()];
  const common = { createdAt: now, updatedAt: now };
  if (!organizationId)
    await db
      .insert(organizations)
      .values({ id: owner, name: 'Seeded', slug: `seeded-${owner}`, personal: false, ...common });
  const { secret, sealed } = makeSecret(sealer);
  const [endpoint] = await db
    .insert(webhookEndpoints)
    .values({
      organizationId: owner,
      id: newId(),
      url,
      description: '',
      enabled: true,
      secret: sealed,
      createdBy: owner,
      ...common,
    })
    .returning();
  return { ...endpoint!, signingSecret: secret };
}
