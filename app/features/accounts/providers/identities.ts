/** The identities that are linked to an account. */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Email } from '../../email/email.ts';
import type { UserCaller } from '../authentication.ts';
import type { Callers } from '../callers.ts';
import type { User } from '../users.ts';
import { requireWayIn } from '../ways-in.ts';
import { isOfCompany } from './companies.ts';
import { providerErrors } from './errors.ts';
import type { Pending, Proven } from './pending.ts';
import { identities } from './schema.ts';

export type Identity = typeof identities.$inferSelect;

export interface Identities {
  list(userId: string): Promise<Identity[]>;
  /**
   * Links the identity of a code of `ProviderSignIn` to the caller's account. Doing so again changes nothing.
   * @param password of the caller; a recent proof stands in for it
   * @throws as `Callers.confirm`; `provider_sign_in_expired`, `identity_taken`, `session_revoked`
   */
  link(
    caller: UserCaller,
    code: string,
    browser: string | undefined,
    password: string | undefined,
    origin: RequestOrigin,
  ): Promise<Identity>;
  /** @throws as `Callers.confirm`; `last_way_in`, `not_found`, `session_revoked` */
  unlink(caller: UserCaller, identityId: string, origin: RequestOrigin): Promise<void>;
  /** Stores an identity. @param isFirst true if the account was made by it: then nobody has to be told */
  add(
    tx: Transaction,
    user: User,
    person: Pick<Proven, 'issuer' | 'subject' | 'address'> & { provider: string },
    origin: RequestOrigin,
    how: { isFirst: boolean },
  ): Promise<Identity>;
  /** For the export of an account. */
  exportFor(userId: string): Record<string, unknown>;
}

export interface IdentitiesOptions {
  db: Database;
  clock: Clock;
  callers: Callers;
  pending: Pending;
  audit: Audit;
  email: Pick<Email, 'sendEmail'>;
  appUrl: string;
  /** The label of a provider, for people. */
  labelOf: (provider: string) => string;
}

export function createIdentities(options: IdentitiesOptions): Identities {
  const { db, clock, callers, pending, audit, email, appUrl, labelOf } = options;

  async function tell(
    tx: Transaction,
    user: User,
    { id, provider }: Identity,
    template: 'identity-linked' | 'identity-unlinked',
  ) {
    await email.sendEmail(tx, {
      ...{ template, to: user.email, locale: user.locale, userId: user.id, key: `${template}:${id}` },
      data: {
        name: user.name,
        ...{ provider: labelOf(provider), at: clock.now().toISOString(), url: `${appUrl}/forgot-password` },
      },
    });
  }

  function record(
    tx: Transaction,
    user: User,
    { id, provider, issuer }: Identity,
    action: 'identity.linked' | 'identity.unlinked',
    origin: RequestOrigin,
  ) {
    const actor = { type: 'user', id: user.id } as const;
    return audit.append(tx, {
      ...{ ownerId: user.id, action, actor, origin, target: { type: 'identity', id } },
      details: { provider, issuer },
    });
  }

  const list = (userId: string) =>
    db.select().from(identities).where(eq(identities.userId, userId)).orderBy(asc(identities.id)).limit(100);

  const add: Identities['add'] = async (tx, user, { provider, issuer, subject, address }, origin, { isFirst }) => {
    const now = clock.now();
    const identity: Identity = {
      ...{ userId: user.id, id: newId(), provider, issuer, subject, address },
      ...{ createdAt: now, lastUsedAt: isFirst ? now : null },
    };
    await tx.insert(identities).values(identity);
    await record(tx, user, identity, 'identity.linked', origin);
    if (!isFirst) await tell(tx, user, identity, 'identity-linked');
    return identity;
  };

  return {
    list,
    add,

    async link(caller, code, browser, password, origin) {
      const { lock } = await callers.confirm(caller, password);
      return transact(db, async (tx) => {
        const user = await lock(tx);
        const taken = await pending.take<Proven>(tx, 'proven', code, browser);
        // The provider of an organization decides about accounts of its domains, and is linked by its own rules.
        if (!taken || isOfCompany(taken.provider)) throw providerErrors.provider_sign_in_expired();
        const { issuer, subject } = taken.data;
        await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${issuer} ${subject}`}, 0))`);
        const known = and(eq(identities.issuer, issuer), eq(identities.subject, subject));
        const [identity] = await tx.select().from(identities).where(known);
        if (identity && identity.userId !== user.id) throw providerErrors.identity_taken();
        return identity ?? add(tx, user, { ...taken.data, provider: taken.provider }, origin, { isFirst: false });
      });
    },

    async unlink(caller, identityId, origin) {
      const { lock } = await callers.confirm(caller, undefined);
      await transact(db, async (tx) => {
        const user = await lock(tx);
        const own = and(eq(identities.userId, user.id), eq(identities.id, identityId));
        const [identity] = await tx.delete(identities).where(own).returning();
        if (!identity) throw httpErrors.not_found();
        await requireWayIn(tx, user);
        await record(tx, user, identity, 'identity.unlinked', origin);
        await tell(tx, user, identity, 'identity-unlinked');
      });
    },

    exportFor: (userId) => ({
      identities: (async function* () {
        yield (await list(userId)).map(({ userId: _userId, ...identity }) => identity);
      })(),
    }),
  };
}
