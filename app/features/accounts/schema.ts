import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, instant } from '../../platform/database/columns.ts';
import { keepOnCoordinator } from '../../platform/database/distribution.ts';
import { wordsOf } from '../../platform/database/names.ts';
import { declareSecrets } from '../../platform/database/secrets.ts';

/** People. */
export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    /** As in `email_addresses`: lower case, domain in ASCII. */
    email: text('email').notNull(),
    name: text('name'),
    locale: text('locale').notNull(),
    /** PHC string; null for a person without a password. */
    passwordHash: text('password_hash'),
    emailVerifiedAt: instant('email_verified_at'),
    suspendedAt: instant('suspended_at'),
    /** `directory` if the directory of the organization that governs the address closed the account; null if an operator did. */
    suspendedBy: text('suspended_by').$type<'directory'>(),
    /** The account is deleted for its owner, and purged at this instant. */
    purgeAt: instant('purge_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    index('users_email_index').on(table.email),
    // Operators look for people by name.
    index('users_name_words_index').using('gin', wordsOf(table.name)).concurrently(),
    index('users_created_at_index').on(table.createdAt, table.id),
    index('users_unverified_index').on(table.createdAt, table.id).where(sql`email_verified_at is null`),
    index('users_purge_at_index').on(table.purgeAt).where(sql`purge_at is not null`),
    check('users_email_check', sql`length(email) between 3 and 320`),
    check('users_name_check', sql`length(name) between 1 and 200`),
    check('users_suspended_by_check', sql`suspended_by = 'directory'`),
  ],
);

declareSecrets(users, 'password_hash');

/** Which user an address belongs to: the one place where addresses are unique. */
export const emailAddresses = pgTable(
  'email_addresses',
  {
    address: text('address').primaryKey(),
    userId: uuid('user_id').notNull(),
    /** Until then the claim is provisional: the next registration for the address replaces it. */
    verifiedAt: instant('verified_at'),
  },
  (table) => [
    index('email_addresses_user_id_index').on(table.userId),
    foreignKey({
      name: 'email_addresses_user_id_cross_owner_fk',
      columns: [table.userId],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
  ],
);

/** One row a sign-in; refreshing changes the row. */
export const sessions = pgTable(
  'sessions',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    id: uuid('id').notNull(),
    /** Sealed; the key of the MAC in the session's refresh tokens. */
    secret: bytea('secret').notNull(),
    /** The generation of the only refresh token that is current. */
    generation: integer('generation').notNull(),
    /** From where it was signed in. */
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: instant('created_at').notNull(),
    refreshedAt: instant('refreshed_at').notNull(),
    /** From where it was refreshed; both null before that. */
    refreshedIpAddress: text('refreshed_ip_address'),
    refreshedUserAgent: text('refreshed_user_agent'),
    /** When it was last used from another network and another program than before: a proof of before is not recent any more. */
    movedAt: instant('moved_at'),
    /** When the current generation began, by the database's clock; null before the first refresh. */
    rotatedAt: instant('rotated_at'),
    /** The generation whose predecessor was last answered late (`refreshing.ts`), and how many generations in a row were. */
    lateGeneration: integer('late_generation'),
    lateRun: integer('late_run').notNull().default(0),
    /** Methods that proved who it is (RFC 8176); null for a session of an earlier release, which was begun by a password. */
    amr: text('amr').array().$type<AuthenticationMethod[]>(),
    /** When one of them was last proven; null for a session of an earlier release, which proved it when it began. */
    authTime: instant('auth_time'),
    /** The operator who acts in the name of the user in this session; null for a session of the user. */
    actorId: uuid('actor_id'),
    /** True if that operator may change things, and not only look. Null like `actorId`. */
    actorMayChange: boolean('actor_may_change'),
    /** The session ends then, whatever else happens; null for a session of the user. */
    expiresAt: instant('expires_at'),
    endedAt: instant('ended_at'),
    endedReason: text('ended_reason').$type<SessionEnd>(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    // Operators look for a session by the id that logs and tokens have.
    index('sessions_id_index').on(table.id).concurrently(),
    index('sessions_ended_at_index').on(table.endedAt).where(sql`ended_at is not null`),
    index('sessions_refreshed_at_index').on(table.refreshedAt),
    index('sessions_actor_id_index').on(table.actorId).where(sql`actor_id is not null`),
    check('sessions_acting_check', sql`num_nulls(actor_id, actor_may_change, expires_at) in (0, 3)`),
    check(
      'sessions_ended_reason_check',
      sql`ended_reason in ('signed_out', 'ended_by_user', 'password_changed', 'password_reset', 'email_reverted', 'suspended', 'deleted', 'refresh_reused', 'factors_reset', 'acting_ended', 'company_sign_in')`,
    ),
    check('sessions_ended_check', sql`(ended_at is null) = (ended_reason is null)`),
  ],
);

/** An authentication method (RFC 8176 section 2): `otp` also stands for recovery codes, `mfa` for more than one factor. */
export type AuthenticationMethod = 'pwd' | 'otp' | 'hwk' | 'swk' | 'fed' | 'mfa';

export type SessionEnd =
  | 'signed_out'
  | 'ended_by_user'
  | 'password_changed'
  | 'password_reset'
  | 'email_reverted'
  | 'suspended'
  | 'deleted'
  | 'refresh_reused'
  | 'factors_reset'
  | 'acting_ended'
  | 'company_sign_in';

/** Secrets that were emailed: only their SHA-256. A row is deleted by its use, or marked if the use may be repeated. */
export const oneTimeTokens = pgTable(
  'one_time_tokens',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    hash: bytea('hash').notNull(),
    purpose: text('purpose').$type<TokenPurpose>().notNull(),
    /** The address that a change of address is about; null for the others. */
    address: text('address'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.hash] }),
    index('one_time_tokens_expires_at_index').on(table.expiresAt),
    check(
      'one_time_tokens_purpose_check',
      sql`purpose in ('verify_email', 'reset_password', 'change_email', 'revert_email', 'restore_user')`,
    ),
  ],
);

export type TokenPurpose = 'verify_email' | 'reset_password' | 'change_email' | 'revert_email' | 'restore_user';

/** From where people had signed in, by network and user agent. Releases before `devices` write it; it is read no more. */
export const knownDevices = pgTable(
  'known_devices',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the address block. */
    network: bytea('network').notNull(),
    /** SHA-256 of the user agent. */
    userAgent: bytea('user_agent').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.network, table.userAgent] }),
    index('known_devices_last_seen_at_index').on(table.lastSeenAt),
  ],
);

/** Keys that sign access tokens. The newest one that has begun signs; all that are not retired verify. */
export const signingKeys = pgTable('signing_keys', {
  /** JWK thumbprint (RFC 7638); the `kid` of tokens. */
  id: text('id').primaryKey(),
  publicJwk: jsonb('public_jwk').$type<Record<string, string>>().notNull(),
  /** PKCS #8, sealed. */
  privateKey: bytea('private_key').notNull(),
  createdAt: instant('created_at').notNull(),
  /** Published before it signs, so that every verifier knows it by then. */
  signsFrom: instant('signs_from').notNull(),
});

keepOnCoordinator(signingKeys, 'every process reads all of it');
