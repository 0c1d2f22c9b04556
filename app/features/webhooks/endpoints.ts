/** The endpoints of an organization. Not here: sending to them (`dispatch/`). */
import { and, desc, eq, lt } from 'drizzle-orm';
import { after, type Clock, HOUR_MS } from '../../platform/clock.ts';
import { removeRows } from '../../platform/database/batches.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { type DestinationRules, faultOf } from '../../platform/http/outgoing/destinations.ts';
import { newId } from '../../platform/security/random.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import type { OrganizationAccess } from '../organizations/organizations.ts';
import { organizations } from '../organizations/schema.ts';
import { webhookErrors } from './errors.ts';
import type { WebhookFollowers } from './followers.ts';
import { type EndpointRow, webhookDeliveries, webhookEndpoints } from './schema.ts';
import { makeSecret } from './signing.ts';

export interface EndpointFields {
  url: string;
  description: string;
  /** null: all. */
  eventTypes: readonly string[] | null;
  enabled: boolean;
}

export interface Endpoints {
  /** @returns the endpoint and its secret, which is shown this once. @throws `invalid_webhook_url`, `too_many_webhook_endpoints`, those of followers */
  create(tx: Transaction, access: OrganizationAccess, fields: EndpointFields): Promise<WithSecret>;
  /** The newest first, before the one with id `beforeId`. */
  list(organizationId: string, limit: number, beforeId?: string): Promise<EndpointRow[]>;
  /** @throws `not_found` */
  get(organizationId: string, id: string): Promise<EndpointRow>;
  /** Enabling one that is disabled forgets its failures. @throws `not_found`, `invalid_webhook_url` */
  update(access: OrganizationAccess, id: string, change: Partial<EndpointFields>): Promise<EndpointRow>;
  /** With its deliveries. @throws `not_found` */
  remove(access: OrganizationAccess, id: string): Promise<void>;
  /** Gives it another secret. The one before signs too for 24 hours. @throws `not_found` */
  rotate(access: OrganizationAccess, id: string): Promise<WithSecret>;
  /** Runs `change` on a locked endpoint, with the caller's access decided again. @throws `not_found` */
  changing<T>(access: OrganizationAccess, id: string, change: Change<T>): Promise<T>;
}

export interface WithSecret {
  endpoint: EndpointRow;
  secret: string;
}

type Change<T> = (tx: Transaction, endpoint: EndpointRow, access: OrganizationAccess) => Promise<T>;

export interface EndpointsOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  sealer: Sealer;
  rules: DestinationRules;
  followers: Pick<WebhookFollowers, 'requireEndpoints'>;
}

/** The most endpoints of one organization, whatever its plan, because each event becomes one row per endpoint. */
const MAX_ENDPOINTS = 100;
const GRACE_MS = 24 * HOUR_MS;

export function createEndpoints({ db, clock, audit, sealer, rules, followers }: EndpointsOptions): Endpoints {
  const own = (organizationId: string, id: string) =>
    and(eq(webhookEndpoints.organizationId, organizationId), eq(webhookEndpoints.id, id))!;

  function requireUrl(url: string): void {
    const fault = faultOf(url, rules);
    if (fault) throw webhookErrors.invalid_webhook_url({ detail: fault });
  }

  const changing: Endpoints['changing'] = (caller, id, change) =>
    transact(db, async (tx) => {
      const access = await caller.again(tx, 'webhooks:manage');
      const [endpoint] = await tx.select().from(webhookEndpoints).where(own(access.organizationId, id)).for('update');
      if (!endpoint) throw noSuchEndpoint();
      return change(tx, endpoint, access);
    });

  const record = (tx: Transaction, access: OrganizationAccess, action: AuditAction, id: string, details: object = {}) =>
    recordOf(audit, tx, access, action, { type: 'webhook_endpoint', id }, details);

  async function store(tx: Transaction, { organizationId, id }: EndpointRow, set: Partial<EndpointRow>) {
    const { organizationId: _organizationId, id: _id, ...fields } = set;
    const change = { ...fields, updatedAt: clock.now() };
    const [stored] = await tx.update(webhookEndpoints).set(change).where(own(organizationId, id)).returning();
    return stored!;
  }

  return {
    changing,

    async create(tx, caller, { url, description, eventTypes, enabled }) {
      requireUrl(url);
      const { organizationId } = caller;
      await tx.select().from(organizations).where(eq(organizations.id, organizationId)).for('update');
      const access = await caller.again(tx, 'webhooks:manage');
      const count = await tx.$count(webhookEndpoints, eq(webhookEndpoints.organizationId, organizationId));
      if (count >= MAX_ENDPOINTS)
        throw webhookErrors.too_many_webhook_endpoints({ detail: `At most ${MAX_ENDPOINTS}.` });
      await followers.requireEndpoints(organizationId, count + 1);
      const { secret, sealed } = makeSecret(sealer);
      const now = clock.now();
      const [endpoint] = await tx
        .insert(webhookEndpoints)
        .values({
          ...{ organizationId, id: newId(), url, description, eventTypes: eventTypes && [...eventTypes] },
          ...stateOf(enabled, now),
          ...{ secret: sealed, createdBy: access.userId, createdAt: now, updatedAt: now },
        })
        .returning();
      await record(tx, access, 'webhook_endpoint.created', endpoint!.id, view(endpoint!));
      return { endpoint: endpoint!, secret };
    },

    list(organizationId, limit, beforeId) {
      const beyond = beforeId === undefined ? undefined : lt(webhookEndpoints.id, beforeId);
      return db
        .select()
        .from(webhookEndpoints)
        .where(and(eq(webhookEndpoints.organizationId, organizationId), beyond))
        .orderBy(desc(webhookEndpoints.id))
        .limit(limit);
    },

    async get(organizationId, id) {
      const [endpoint] = await db.select().from(webhookEndpoints).where(own(organizationId, id));
      if (!endpoint) throw noSuchEndpoint();
      return endpoint;
    },

    update(caller, id, { enabled, ...fields }) {
      if (fields.url !== undefined) requireUrl(fields.url);
      return changing(caller, id, async (tx, before, access) => {
        const { eventTypes = before.eventTypes } = fields;
        const switched = enabled === undefined || enabled === before.enabled ? {} : stateOf(enabled, clock.now());
        const { url = before.url, description = before.description } = fields;
        const next = { ...before, ...switched, url, description, eventTypes: eventTypes && [...eventTypes] };
        if (JSON.stringify(view(next)) === JSON.stringify(view(before))) return before;
        const stored = await store(tx, before, next);
        await record(tx, access, 'webhook_endpoint.updated', id, { before: view(before), after: view(stored) });
        return stored;
      });
    },

    async remove(caller, id) {
      await changing(caller, id, async (tx, endpoint, access) => {
        await tx.delete(webhookEndpoints).where(own(endpoint.organizationId, id));
        await record(tx, access, 'webhook_endpoint.deleted', id, view(endpoint));
      });
      await removeDeliveries(db, caller.organizationId, id);
    },

    rotate: (caller, id) =>
      changing(caller, id, async (tx, before, access) => {
        const { secret, sealed } = makeSecret(sealer);
        const previousSecretUntil = after(clock.now(), GRACE_MS);
        const set = { secret: sealed, previousSecret: before.secret, previousSecretUntil };
        const endpoint = await store(tx, before, set);
        await record(tx, access, 'webhook_endpoint.secret_rotated', id);
        return { endpoint, secret };
      }),
  };
}

const noSuchEndpoint = () => httpErrors.not_found({ detail: 'There is no such webhook endpoint.' });

/** The data of an endpoint in the audit trail. */
function view({ url, description, eventTypes, enabled }: EndpointRow) {
  return { url, description, eventTypes, enabled };
}

/** The columns of an endpoint that was switched on or off by request. */
function stateOf(enabled: boolean, now: Date): Partial<EndpointRow> & { enabled: boolean } {
  if (!enabled) return { enabled, disabledReason: 'request', disabledAt: now };
  const healthy = { failures: 0, pausedUntil: null, failingSince: null, warnedAt: null };
  // Without the lease, a worker that still sends cannot write its failures over this.
  return { enabled, disabledReason: null, disabledAt: null, ...healthy, leaseId: null, leasedUntil: null };
}

/** Removes the deliveries of an endpoint that is gone, in batches. What an event adds meanwhile goes by retention. */
async function removeDeliveries(db: Database, organizationId: string, endpointId: string): Promise<void> {
  const { organizationId: owner, endpointId: endpoint, id } = webhookDeliveries;
  const where = and(eq(owner, organizationId), eq(endpoint, endpointId))!;
  await removeRows(db, { from: webhookDeliveries, where, by: id });
}

/** Appends what a caller did with a webhook to the trail of the organization. */
export function recordOf(
  audit: Audit,
  tx: Transaction,
  { organizationId: ownerId, actor, origin }: OrganizationAccess,
  action: AuditAction,
  target: { type: string; id: string },
  details: object,
): Promise<void> {
  return audit.append(tx, { ownerId, action, actor, target, origin, details: { ...details } });
}
