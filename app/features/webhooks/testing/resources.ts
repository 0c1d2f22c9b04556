/** Values for the parameters of webhooks' paths, for tests of all operations. */
import type { TestService } from '../../../../test/service.ts';
import { newId } from '../../../platform/security/random.ts';
import { webhookDeliveries } from '../schema.ts';
import { seedEndpoint } from './seed.ts';

/** Stores an endpoint that receives nothing, with a delivery. @returns ids by the names of parameters */
export async function resourcesOf({ service }: TestService, organizationId: string): Promise<Record<string, string>> {
  const { id: endpointId } = await seedEndpoint(service, { url: 'http://127.0.0.1:1/', organizationId });
  const [deliveryId, eventId, createdAt] = [newId(), newId(), new Date()];
  const delivery = { organizationId, id: deliveryId, endpointId, eventId, eventType: 'member.joined', createdAt };
  await service.db.insert(webhookDeliveries).values({ ...delivery, status: 'succeeded' });
  return { endpointId, deliveryId };
}
