/** A person as an operator sees them. */
import type { Database } from '../../platform/database/database.ts';
import { httpErrors } from '../../platform/http/errors.ts';
import type { Accounts, User } from '../accounts/accounts.ts';
import { type AddressStatus, type Email, parseAddress } from '../email/email.ts';
import type { Found, OperatorFollowers } from './followers.ts';
import type { Operators } from './operators.ts';

export interface PersonView {
  id: string;
  email: string;
  name: string | null;
  locale: string;
  state: 'active' | 'unverified' | 'suspended' | 'deleted';
  operator: boolean;
  createdAt: string;
  emailVerifiedAt: string | null;
  suspendedAt: string | null;
  purgeAt: string | null;
  hasPassword: boolean;
  factors: { totp: boolean; passkeys: number; recoveryCodes: number };
  emailStatus: AddressStatus;
  related: Found[];
}

export interface People {
  /** @throws `not_found` */
  require(userId: string): Promise<User>;
  /** @throws `not_found` */
  view(userId: string): Promise<PersonView>;
}

export interface PeopleOptions {
  db: Database;
  accounts: Pick<Accounts, 'users' | 'factors'>;
  email: Pick<Email, 'statusOf'>;
  operators: Pick<Operators, 'find'>;
  followers: Pick<OperatorFollowers, 'ofUser'>;
}

export function createPeople({ db, accounts, email, operators, followers }: PeopleOptions): People {
  async function require(userId: string): Promise<User> {
    const user = await accounts.users.find(userId);
    if (!user) throw httpErrors.not_found();
    return user;
  }

  return {
    require,

    async view(userId) {
      const user = await require(userId);
      const [{ totp, passkeys, recoveryCodes }, operator, statusOf, related] = await Promise.all([
        accounts.factors.overview(db, userId),
        operators.find(db, userId),
        email.statusOf(db, [parseAddress(user.email) ?? user.email]),
        followers.ofUser(userId),
      ]);
      const instant = (date: Date | null) => date?.toISOString() ?? null;
      return {
        ...{ id: user.id, email: user.email, name: user.name, locale: user.locale, state: stateOf(user) },
        operator: operator !== undefined,
        createdAt: user.createdAt.toISOString(),
        emailVerifiedAt: instant(user.emailVerifiedAt),
        suspendedAt: instant(user.suspendedAt),
        purgeAt: instant(user.purgeAt),
        hasPassword: user.passwordHash !== null,
        factors: { totp, passkeys, recoveryCodes },
        emailStatus: statusOf(parseAddress(user.email) ?? user.email),
        related: [...related],
      };
    },
  };
}

export function stateOf({ purgeAt, suspendedAt, emailVerifiedAt }: User): PersonView['state'] {
  if (purgeAt) return 'deleted';
  if (suspendedAt) return 'suspended';
  return emailVerifiedAt ? 'active' : 'unverified';
}
