/**
 * The devices that a person has signed in with (OWASP, "Slow down online guessing attacks with device cookies"). A device is known by a
 * random token that it got at its first sign-in. Addresses and user agents are shown, and decide nothing: they change by themselves, and
 * others may have the same.
 */
import { and, desc, eq, lt, or, sql } from 'drizzle-orm';
import { after, type Clock, DAY_MS } from '../../../platform/clock.ts';
import { removeRows } from '../../../platform/database/batches.ts';
import type { Database, Executor, Transaction } from '../../../platform/database/database.ts';
import { type Prepared, prepare } from '../../../platform/database/prepared.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import { newId, randomSecret, sha256 } from '../../../platform/security/random.ts';
import type { Email } from '../../email/email.ts';
import type { User } from '../users.ts';
import { devices } from './schema.ts';

export type Device = typeof devices.$inferSelect;

/** A device whose token a request has brought. */
export type KnownDevice = Pick<Device, 'id' | 'rememberedUntil'>;

export interface Devices {
  /** The device of a person to which one of these tokens belongs. */
  recognize(executor: Executor, userId: string, tokens: readonly string[]): Promise<KnownDevice | undefined>;
  /**
   * A session begins on a device. The first sign-in of a person is not news; any other one on a device that is not known is emailed.
   * @param remember true to ask this device for no second factor in the next 30 days
   * @returns the token that the device gets, if it was not known
   */
  welcome(
    tx: Transaction,
    user: User,
    known: KnownDevice | undefined,
    origin: RequestOrigin,
    remember: boolean,
  ): Promise<string | undefined>;
  /** True if a sign-in on the device needs no second factor now. */
  isRemembered(device: KnownDevice): boolean;
  /** The devices of a person, the newest first, after `cursor` = [createdAt, id]. */
  list(userId: string, limit: number, cursor?: readonly string[]): Promise<Device[]>;
  /** @returns whether there was such a device */
  remove(tx: Transaction, userId: string, id: string): Promise<boolean>;
  /** How many devices need no second factor now. */
  countRemembered(executor: Executor, userId: string): Promise<number>;
  /** Deletes the devices that were last seen before `horizon`. @returns how many */
  purge(horizon: Date): Promise<number>;
}

export const REMEMBERED_DAYS = 30;
/** More tokens than a browser has for one installation, unless it makes them up. */
const MAX_TOKENS = 10;
/** The cursor of a first page: later than any device. */
const BEYOND_THE_NEWEST = ['9999-12-31T23:59:59.999Z', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

export const hashesOf = (tokens: readonly string[]): Buffer[] =>
  tokens.slice(0, MAX_TOKENS).map((token) => sha256(token));

export interface DevicesOptions {
  db: Database;
  clock: Clock;
  email: Pick<Email, 'sendEmail'>;
  appUrl: string;
}

export function createDevices({ db, clock, email, appUrl }: DevicesOptions): Devices {
  const statements = prepareStatements();

  /** Emailed once per day and place: a program that keeps no token is a new device each time. */
  async function mailNotice(tx: Transaction, user: User, { ipAddress, userAgent }: RequestOrigin): Promise<void> {
    const at = clock.now().toISOString();
    const place = sha256(JSON.stringify([user.id, ipAddress, userAgent])).toString('base64url');
    await email.sendEmail(tx, {
      template: 'new-device-sign-in',
      to: user.email,
      locale: user.locale,
      userId: user.id,
      key: `new-device:${place}:${at.slice(0, 10)}`,
      data: { name: user.name, at, ipAddress, userAgent, url: `${appUrl}/forgot-password` },
    });
  }

  const isRemembered = ({ rememberedUntil }: KnownDevice) => rememberedUntil !== null && rememberedUntil > clock.now();

  return {
    isRemembered,

    async recognize(executor, userId, tokens) {
      if (tokens.length === 0) return undefined;
      const [row] = await statements.recognize(executor, { userId, hashes: hashesOf(tokens) });
      return row && { id: row.id, rememberedUntil: row.remembered_until };
    },

    async welcome(tx, user, known, { ipAddress, userAgent, ...origin }, remember) {
      const now = clock.now();
      const rememberedUntil = remember ? after(now, REMEMBERED_DAYS * DAY_MS) : null;
      const seen = { userId: user.id, ipAddress, userAgent, now, rememberedUntil };
      if (known) {
        const [updated] = await statements.seeAgain(tx, { ...seen, id: known.id });
        if (updated) return undefined;
      }
      const secret = randomSecret(32).toString('base64url');
      // One after the other on the same connection: the first sees none of what the second writes.
      const [[other]] = await Promise.all([
        statements.anyOther(tx, { userId: user.id }),
        statements.insert(tx, { ...seen, id: newId(), hash: sha256(secret) }),
      ]);
      if (other) await mailNotice(tx, user, { ...origin, ipAddress, userAgent });
      return secret;
    },

    list(userId, limit, [createdAt, id] = BEYOND_THE_NEWEST) {
      const before = or(
        lt(devices.createdAt, new Date(createdAt!)),
        and(eq(devices.createdAt, new Date(createdAt!)), lt(devices.id, id!)),
      );
      const { createdAt: created, id: key } = devices;
      const own = and(eq(devices.userId, userId), before);
      return db.select().from(devices).where(own).orderBy(desc(created), desc(key)).limit(limit);
    },

    async remove(tx, userId, id) {
      const { rowCount } = await tx.delete(devices).where(and(eq(devices.userId, userId), eq(devices.id, id)));
      return rowCount === 1;
    },

    countRemembered: (executor, userId) =>
      executor.$count(devices, and(eq(devices.userId, userId), sql`${devices.rememberedUntil} > ${clock.now()}`)),

    purge(horizon) {
      const { lastSeenAt } = devices;
      return removeRows(db, { from: devices, where: lt(lastSeenAt, horizon), by: lastSeenAt });
    },
  };
}

interface Statements {
  recognize: Prepared<{ id: string; remembered_until: Date | null }>;
  seeAgain: Prepared<{ id: string }>;
  anyOther: Prepared<{ id: string }>;
  insert: Prepared<never>;
}

function prepareStatements(): Statements {
  const { placeholder } = sql;
  const own = sql`${devices.userId} = ${placeholder('userId')}`;
  return {
    recognize: prepare(
      'device_recognize',
      sql`select id, remembered_until from ${devices} where ${own} and ${devices.hash} = any(${placeholder('hashes')}) limit 1`,
    ),
    seeAgain: prepare(
      'device_see_again',
      sql`update ${devices} set last_seen_at = ${placeholder('now')}, ip_address = ${placeholder('ipAddress')},
          user_agent = ${placeholder('userAgent')},
          remembered_until = coalesce(${placeholder('rememberedUntil')}::timestamptz, remembered_until)
        where ${own} and id = ${placeholder('id')} returning id`,
    ),
    anyOther: prepare('device_of_user', sql`select id from ${devices} where ${own} limit 1`),
    insert: prepare(
      'device_insert',
      sql`insert into ${devices} (user_id, id, hash, ip_address, user_agent, created_at, last_seen_at, remembered_until)
        values (${placeholder('userId')}, ${placeholder('id')}, ${placeholder('hash')}, ${placeholder('ipAddress')},
          ${placeholder('userAgent')}, ${placeholder('now')}, ${placeholder('now')}, ${placeholder('rememberedUntil')})`,
    ),
  };
}
