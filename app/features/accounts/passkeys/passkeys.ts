/** The passkeys of a person: added, listed, named and removed. */
import { and, asc, count, eq, gt } from 'drizzle-orm';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { newId } from '../../../platform/security/random.ts';
import type { Audit, AuditAction } from '../../audit/audit.ts';
import type { UserCaller } from '../authentication.ts';
import type { Callers } from '../callers.ts';
import { accountErrors } from '../errors.ts';
import type { FactorNotices } from '../factors/notices.ts';
import type { RecoveryCodes } from '../factors/recovery-codes.ts';
import type { SecondFactors } from '../factors/second-factors.ts';
import type { StepUp } from '../factors/step-up.ts';
import type { User, Users } from '../users.ts';
import { requireWayIn } from '../ways-in.ts';
import type { Ceremonies, CreatedCredential, CreationOptions, Passkey } from './ceremonies.ts';
import type { ChallengeTokens } from './challenge-tokens.ts';
import { passkeys } from './schema.ts';

export interface Passkeys {
  /** What a browser needs to make a passkey. @throws as `Callers.requireRecent` */
  options(caller: UserCaller): Promise<{ challenge: string; options: CreationOptions }>;
  /** Adds a passkey. @throws as `Callers.requireRecent`; `invalid_challenge`, `passkey_refused`, `passkey_exists`, `too_many_passkeys` */
  add(caller: UserCaller, request: NewPasskeyRequest, origin: RequestOrigin): Promise<Passkey>;
  /** The oldest first, after the one with id `afterId`. */
  list(userId: string, limit: number, afterId?: string): Promise<Passkey[]>;
  /** @throws `not_found` */
  rename(caller: UserCaller, id: string, name: string, origin: RequestOrigin): Promise<Passkey>;
  /** @throws as `Callers.requireRecent`; `not_found`; `last_way_in` */
  remove(caller: UserCaller, id: string, origin: RequestOrigin): Promise<void>;
}

export interface NewPasskeyRequest {
  challenge: string;
  credential: CreatedCredential;
  name?: string | undefined;
}

export const MAX_PASSKEYS = 20;

export interface PasskeysOptions {
  db: Database;
  clock: Clock;
  users: Pick<Users, 'require'>;
  callers: Pick<Callers, 'lock' | 'requireRecent'>;
  stepUp: Pick<StepUp, 'addMethods'>;
  factors: Pick<SecondFactors, 'of'>;
  recoveryCodes: Pick<RecoveryCodes, 'remove'>;
  ceremonies: Ceremonies;
  challenges: ChallengeTokens;
  notices: Pick<FactorNotices, 'sendAboutPasskey'>;
  audit: Audit;
}

export function createPasskeys(options: PasskeysOptions): Passkeys {
  const { db, clock, callers, ceremonies, challenges, audit, notices } = options;
  const own = (userId: string, id: string) => and(eq(passkeys.userId, userId), eq(passkeys.id, id));
  const purposeOf = ({ userId }: UserCaller) => `create:${userId}` as const;
  const named = ({ id, name }: Passkey) => ({ id, name });

  function changing<T>(caller: UserCaller, change: (tx: Transaction, user: User) => Promise<T>): Promise<T> {
    return transact(db, async (tx) => change(tx, await callers.lock(tx, caller, 'update')));
  }

  async function record(tx: Transaction, userId: string, action: AuditAction, passkey: Passkey, origin: RequestOrigin) {
    const actor = { type: 'user', id: userId } as const;
    const target = { type: 'passkey', id: passkey.id };
    await audit.append(tx, { ownerId: userId, action, actor, target, origin, details: { name: passkey.name } });
  }

  async function countOf(tx: Transaction, userId: string): Promise<number> {
    const [row] = await tx.select({ number: count() }).from(passkeys).where(eq(passkeys.userId, userId));
    return row!.number;
  }

  return {
    async options(caller) {
      await callers.requireRecent(db, caller);
      const user = await options.users.require(caller.userId);
      const { token, challenge } = challenges.issue(purposeOf(caller));
      const existing = await this.list(caller.userId, MAX_PASSKEYS);
      return { challenge: token, options: await ceremonies.creationOptions(user, challenge, existing) };
    },

    async add(caller, { challenge: token, credential, name = 'Passkey' }, origin) {
      const { challenge } = challenges.open(token, purposeOf(caller));
      const made = await ceremonies.verifyCreation(credential, challenge);
      if (!made) throw accountErrors.passkey_refused();
      return changing(caller, async (tx, user) => {
        await callers.requireRecent(tx, caller);
        if ((await countOf(tx, user.id)) >= MAX_PASSKEYS) throw accountErrors.too_many_passkeys();
        const row = { ...made, userId: user.id, id: newId(), name, createdAt: clock.now() };
        const [passkey] = await tx.insert(passkeys).values(row).onConflictDoNothing().returning();
        if (!passkey) throw accountErrors.passkey_exists();
        await options.stepUp.addMethods(tx, caller, [passkey.backupEligible ? 'swk' : 'hwk', 'mfa']);
        await record(tx, user.id, 'passkey.added', passkey, origin);
        await notices.sendAboutPasskey(tx, user, 'passkey-added', { passkey: passkey.name, origin });
        return passkey;
      });
    },

    list(userId, limit, afterId) {
      const beyond = afterId === undefined ? undefined : gt(passkeys.id, afterId);
      const rows = db
        .select()
        .from(passkeys)
        .where(and(eq(passkeys.userId, userId), beyond));
      return rows.orderBy(asc(passkeys.id)).limit(limit);
    },

    rename: (caller, id, name, origin) =>
      changing(caller, async (tx, user) => {
        const [before] = await tx.select().from(passkeys).where(own(user.id, id));
        const [passkey] = await tx.update(passkeys).set({ name }).where(own(user.id, id)).returning();
        if (!before || !passkey) throw httpErrors.not_found();
        const actor = { type: 'user', id: user.id } as const;
        const [target, details] = [
          { type: 'passkey', id },
          { before: named(before), after: named(passkey) },
        ];
        await audit.append(tx, { ownerId: user.id, action: 'passkey.renamed', actor, target, origin, details });
        return passkey;
      }),

    remove: (caller, id, origin) =>
      changing(caller, async (tx, user) => {
        await callers.requireRecent(tx, caller);
        const [passkey] = await tx.delete(passkeys).where(own(user.id, id)).returning();
        if (!passkey) throw httpErrors.not_found();
        await requireWayIn(tx, user);
        if ((await options.factors.of(tx, user.id)).length === 0) await options.recoveryCodes.remove(tx, user.id);
        await record(tx, user.id, 'passkey.removed', passkey, origin);
        await notices.sendAboutPasskey(tx, user, 'passkey-removed', { passkey: passkey.name, origin });
      }),
  };
}
