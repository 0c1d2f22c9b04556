/** Finding a person or an email by what one knows of it. Other features find their own things (`OperatorFollower.find`). */
import { asc, desc, eq, sql } from 'drizzle-orm';
import type { Database } from '../../platform/database/database.ts';
import { matchesName } from '../../platform/database/names.ts';
import { UUID } from '../../platform/http/uuids.ts';
import type { Accounts, User } from '../accounts/accounts.ts';
import { sessions, users } from '../accounts/schema.ts';
import { type Email, type EmailSummary, parseAddress } from '../email/email.ts';
import type { Found, OperatorFollowers, Query } from './followers.ts';
import { stateOf } from './people.ts';

/** @param text an id, an address, a name, a Message-ID, or whatever else a feature knows things by */
export type Search = (text: string) => Promise<{ query: Query; found: Found[] }>;

export interface SearchOptions {
  db: Database;
  accounts: Pick<Accounts, 'users'>;
  email: Pick<Email, 'find' | 'list'>;
  followers: Pick<OperatorFollowers, 'find'>;
}

/** People of a name that a search reads, of whom it shows the best. */
const MAX_READ = 500;
const MAX_PEOPLE = 20;
/** Emails to one address that a search shows. */
const MAX_EMAILS = 5;

export function createSearch({ db, accounts, email, followers }: SearchOptions): Search {
  async function people({ text, id, address }: Query): Promise<Found[]> {
    if (!id && !address) return (await byName(text)).map((user) => ({ ...foundUser(user), title: titleOf(user) }));
    const user = id ? await accounts.users.find(id) : address && (await accounts.users.findByAddress(db, address));
    return user ? [foundUser(user)] : [];
  }

  /** The shortest names are closest to what was asked for. */
  async function byName(text: string): Promise<User[]> {
    const condition = matchesName(users.name, text);
    if (!condition) return [];
    const some = db.select().from(users).where(condition).limit(MAX_READ).as('some');
    return db
      .select()
      .from(some)
      .orderBy(asc(sql`length(${some.name})`), desc(some.id))
      .limit(MAX_PEOPLE);
  }

  async function bySession({ id }: Query): Promise<Found[]> {
    if (!id) return [];
    const [session] = await db.select({ userId: sessions.userId }).from(sessions).where(eq(sessions.id, id)).limit(1);
    if (!session) return [];
    const user = await accounts.users.find(session.userId);
    return user ? [{ ...foundUser(user), kind: 'session', id }] : [];
  }

  async function emails({ text, id, address }: Query): Promise<Found[]> {
    // The left part of our Message-ID is the id of the email.
    const messageId = id ?? /^<?([0-9a-f-]{36})@/i.exec(text)?.[1]?.toLowerCase();
    const one = messageId ? await email.find(messageId) : undefined;
    const sent = address ? await email.list({ to: address, limit: MAX_EMAILS }) : [];
    return [...(one ? [one] : []), ...sent].map(foundEmail);
  }

  return async (text) => {
    const trimmed = text.trim();
    const query: Query = {
      text: trimmed,
      id: UUID.test(trimmed) ? trimmed.toLowerCase() : undefined,
      address: parseAddress(trimmed) ?? undefined,
    };
    const each = [people(query), bySession(query), followers.find(query), emails(query)];
    return { query, found: (await Promise.all(each)).flat() };
  };
}

const titleOf = ({ name, email }: User) => (name === null ? email : `${name} (${email})`);

const foundUser = (user: User): Found => ({
  ...{ kind: 'user', id: user.id, title: user.email, detail: stateOf(user) },
  ...{ userId: user.id, organizationId: null },
});

const foundEmail = ({ id, template, to, status, userId }: EmailSummary): Found => ({
  ...{ kind: 'email', id, title: `${template}: ${to}`, detail: status },
  ...{ userId, organizationId: null },
});
