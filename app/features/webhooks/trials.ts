/** Sends an example of an event to an endpoint at once, and says what the receiver answered. */
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { newId } from '../../platform/security/random.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Audit } from '../audit/audit.ts';
import { examplePayload, publicId } from '../events/events.ts';
import type { OrganizationAccess } from '../organizations/organizations.ts';
import { type Endpoints, recordOf } from './endpoints.ts';
import type { Attempt } from './schema.ts';
import type { Sender } from './sending/sender.ts';
import { openSecrets, signedHeaders } from './signing.ts';

/** @throws `not_found`, and what `Access.again` throws */
export type TryEndpoint = (access: OrganizationAccess, endpointId: string, type: string) => Promise<Attempt>;

export interface TrialsOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  sealer: Sealer;
  sender: Pick<Sender, 'send'>;
  endpoints: Pick<Endpoints, 'get'>;
}

export function createTrials({ db, clock, audit, sealer, sender, endpoints }: TrialsOptions): TryEndpoint {
  return async (caller, endpointId, type) => {
    const { organizationId } = caller;
    const endpoint = await endpoints.get(organizationId, endpointId);
    await transact(db, async (tx) => {
      const access = await caller.again(tx, 'webhooks:manage');
      const target = { type: 'webhook_endpoint', id: endpointId };
      await recordOf(audit, tx, access, 'webhook_endpoint.tested', target, { type });
    });
    const now = clock.now();
    const id = publicId(newId());
    const body = JSON.stringify({ ...examplePayload(type), id, organizationId, timestamp: now.toISOString() });
    const headers = signedHeaders(openSecrets(sealer, endpoint, now), id, now, body);
    const { durationMs, status, error, body: answer } = await sender.send(endpoint.url, headers, body);
    return { at: now.toISOString(), durationMs, status, error, body: answer };
  };
}
