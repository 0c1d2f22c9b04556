/** The tokens of directories: made and deleted by owners, found by the guard of SCIM (`guard.ts`). Two can live at a time, so that one can be replaced. */
import { and, asc, desc, eq, lt } from 'drizzle-orm';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { transact } from '../../platform/database/retry.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import { newId } from '../../platform/security/random.ts';
import type { Audit, AuditAction } from '../audit/audit.ts';
import {
  hashOfKey,
  hintOfKey,
  makeKey,
  type OrganizationAccess,
  type Organizations,
} from '../organizations/organizations.ts';
import { scimErrors } from './errors.ts';
import { announceToken } from './known.ts';
import { type ScimToken, scimTokens } from './schema.ts';

export interface ScimTokens {
  /** @returns the token and its secret, which cannot be had again @throws `too_many_scim_tokens`, `forbidden`, `recent_sign_in_required` */
  create(tx: Transaction, access: OrganizationAccess, name: string): Promise<{ token: ScimToken; secret: string }>;
  /** The newest first, before the one with id `beforeId`. */
  list(organizationId: string, limit: number, beforeId?: string): Promise<ScimToken[]>;
  /** @throws `not_found`, `recent_sign_in_required` */
  remove(access: OrganizationAccess, id: string): Promise<void>;
  /** The same by an operator. @returns whether there was one */
  revoke(organizationId: string, id: string): Promise<boolean>;
}

export const TOKEN_PREFIX = 'pld_';
const MAX_TOKENS = 2;

export interface ScimTokensOptions {
  db: Database;
  clock: Clock;
  audit: Audit;
  organizations: Pick<Organizations, 'sendToMembers' | 'provisioning'>;
  appUrl: string;
}

export function createScimTokens({ db, clock, audit, organizations, appUrl }: ScimTokensOptions): ScimTokens {
  const own = (organizationId: string, id: string) =>
    and(eq(scimTokens.organizationId, organizationId), eq(scimTokens.id, id));

  const record = (tx: Transaction, access: OrganizationAccess, action: AuditAction, { id, name }: ScimToken) => {
    const { organizationId: ownerId, actor, origin } = access;
    return audit.append(tx, { ownerId, action, actor, target: { type: 'scim_token', id }, origin, details: { name } });
  };

  /** Locks the organization, so that of several tokens at once only as many are made as there is room for. */
  async function enter(tx: Transaction, caller: OrganizationAccess): Promise<OrganizationAccess> {
    const access = await organizations.provisioning.enter(tx, caller, 'scim:manage');
    await access.stepUp(tx);
    return access;
  }

  return {
    async create(tx, caller, name) {
      const access = await enter(tx, caller);
      const { organizationId, userId } = access;
      if (access.expiresAt)
        throw httpErrors.forbidden({ detail: 'A key that expires cannot give out a token that outlives it.' });
      if ((await tx.$count(scimTokens, eq(scimTokens.organizationId, organizationId))) >= MAX_TOKENS)
        throw scimErrors.too_many_scim_tokens({ detail: 'Delete the one that is not used any more.' });
      const id = newId();
      const secret = makeKey(organizationId, id, TOKEN_PREFIX);
      const row = { organizationId, id, name, hash: hashOfKey(secret), hint: hintOfKey(secret), createdBy: userId };
      const [token] = await tx
        .insert(scimTokens)
        .values({ ...row, createdAt: clock.now() })
        .returning();
      await record(tx, access, 'scim_token.created', token!);
      await organizations.sendToMembers(tx, {
        ...{ organizationId, holders: 'owners:manage', template: 'scim-token-created', key: `scim-token:${id}` },
        data: { token: name, url: appUrl },
      });
      return { token: token!, secret };
    },

    list: (organizationId, limit, beforeId) =>
      db
        .select()
        .from(scimTokens)
        .where(
          and(
            eq(scimTokens.organizationId, organizationId),
            beforeId === undefined ? undefined : lt(scimTokens.id, beforeId),
          ),
        )
        .orderBy(desc(scimTokens.id))
        .limit(limit),

    async remove(caller, id) {
      await transact(db, async (tx) => {
        const access = await enter(tx, caller);
        const [gone] = await tx.delete(scimTokens).where(own(access.organizationId, id)).returning();
        if (!gone) throw httpErrors.not_found({ detail: 'There is no such token.' });
        announceToken(tx, gone);
        await record(tx, access, 'scim_token.deleted', gone);
      });
    },

    revoke: (organizationId, id) =>
      transact(db, async (tx) => {
        const [gone] = await tx.delete(scimTokens).where(own(organizationId, id)).returning();
        if (!gone) return false;
        announceToken(tx, gone);
        const target = { type: 'scim_token', id };
        const details = { name: gone.name };
        const actor = { type: 'operator' } as const;
        await audit.append(tx, { ownerId: organizationId, action: 'scim_token.deleted', actor, target, details });
        return true;
      }),
  };
}

/** The tokens of an organization, the oldest first. */
export const tokensOf = (db: Database, organizationId: string): Promise<ScimToken[]> =>
  db.select().from(scimTokens).where(eq(scimTokens.organizationId, organizationId)).orderBy(asc(scimTokens.id));
