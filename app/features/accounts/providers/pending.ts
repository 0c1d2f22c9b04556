/** Sign-ins that are under way: from the start to the callback by their state, and from the callback to the session by a code. Each is used once. */
import { and, eq, gt, lt } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../../platform/clock.ts';
import { removeRows } from '../../../platform/database/batches.ts';
import type { Database, Executor, Transaction } from '../../../platform/database/database.ts';
import { randomSecret, sha256 } from '../../../platform/security/random.ts';
import type { Sealer } from '../../../platform/security/sealing.ts';
import type { SessionMode } from '../factors/sign-in-flow.ts';
import type { ProvenIdentity } from './protocol.ts';
import { providerSignIns } from './schema.ts';

type Kind = (typeof providerSignIns.$inferSelect)['kind'];

export interface Pending {
  /** @param browser the browser's secret @returns the token that finds it */
  add(kind: Kind, given: { provider: string; browser: string; data: object; lifetimeMs: number }): Promise<string>;
  /** Uses one up, at once or at the end of a transaction. @returns undefined if there is none: expired, used, or of another browser */
  take<Data>(
    executor: Executor,
    kind: Kind,
    token: string,
    browser: string | undefined,
  ): Promise<Taken<Data> | undefined>;
  /** The same without using it up; locked until the transaction ends. */
  look<Data>(tx: Transaction, kind: Kind, token: string, browser: string | undefined): Promise<Taken<Data> | undefined>;
  /** Lets one live longer. */
  extend(tx: Transaction, token: string, lifetimeMs: number): Promise<void>;
  /** Deletes what expired. @returns how many */
  purge(): Promise<number>;
}

/** The person that a provider named, as it waits for the browser. */
export interface Proven extends ProvenIdentity {
  readonly mode: SessionMode;
}

export interface Taken<Data> {
  readonly provider: string;
  readonly data: Data;
}

const PURPOSE = 'provider_sign_ins.sealed';

export function createPending({ db, clock, sealer }: { db: Database; clock: Clock; sealer: Sealer }): Pending {
  const own = (kind: Kind, token: string, browser = '') =>
    and(
      eq(providerSignIns.hash, sha256(token)),
      eq(providerSignIns.browserHash, sha256(browser)),
      ...[eq(providerSignIns.kind, kind), gt(providerSignIns.expiresAt, clock.now())],
    );
  const open = <Data>(row: typeof providerSignIns.$inferSelect | undefined): Taken<Data> | undefined =>
    row && { provider: row.provider, data: JSON.parse(sealer.open(PURPOSE, row.sealed).toString()) };

  return {
    async add(kind, { provider, browser, data, lifetimeMs }) {
      const token = randomSecret(32).toString('base64url');
      await db.insert(providerSignIns).values({
        ...{ hash: sha256(token), kind, provider, browserHash: sha256(browser) },
        sealed: sealer.seal(PURPOSE, JSON.stringify(data)),
        expiresAt: after(clock.now(), lifetimeMs),
      });
      return token;
    },

    async take(executor, kind, token, browser) {
      const [row] = await executor
        .delete(providerSignIns)
        .where(own(kind, token, browser))
        .returning();
      return open(row);
    },

    async look(tx, kind, token, browser) {
      const [row] = await tx
        .select()
        .from(providerSignIns)
        .where(own(kind, token, browser))
        .for('update');
      return open(row);
    },

    async extend(tx, token, lifetimeMs) {
      const expiresAt = after(clock.now(), lifetimeMs);
      await tx
        .update(providerSignIns)
        .set({ expiresAt })
        .where(eq(providerSignIns.hash, sha256(token)));
    },

    purge() {
      const { expiresAt } = providerSignIns;
      return removeRows(db, {
        from: providerSignIns,
        where: lt(expiresAt, after(clock.now(), -DAY_MS)),
        by: expiresAt,
      });
    },
  };
}
