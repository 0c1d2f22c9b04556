/**
 * Sign-in with the identity providers of organizations, as a later feature knows them. Without that feature there are none. Their names begin with
 * `OF_COMPANIES`, which no provider of the settings can.
 */
import type { Executor, Transaction } from '../../../platform/database/database.ts';
import type { ProblemFactory } from '../../../platform/errors.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import type { ProviderProtocol } from './protocol.ts';

export interface CompanySignIn {
  /** @returns undefined for a name of none */
  find(name: string): Promise<{ readonly protocol: ProviderProtocol; readonly isTested: boolean } | undefined>;
  /** A test run has succeeded with the connection that `protocol` speaks to. */
  tested(name: string, protocol: ProviderProtocol): Promise<void>;
  /**
   * The provider that people with an address have to use.
   * @param by the account and its proof; absent where only the address is known
   */
  requiredFor(
    executor: Executor,
    address: string,
    by?: { readonly userId: string; readonly amr: readonly string[] },
  ): Promise<string | undefined>;
  /** True if the provider decides about accounts with the address: its domain is verified for the organization. */
  governs(executor: Executor, name: string, address: string): Promise<boolean>;
  /** True if a person is a member of the organization. */
  hasMember(executor: Executor, name: string, userId: string): Promise<boolean>;
  /** True if a second factor that the provider has asked for counts as one. */
  acceptsSecondFactor(executor: Executor, name: string): Promise<boolean>;
  /** Locks the organization, which comes before accounts. */
  lock(tx: Transaction, name: string): Promise<void>;
  /**
   * Makes a person a member, unless the organization keeps them out. The organization is locked.
   * @param how whether the account exists since this sign-in: one that was there before is signed in without a membership where there is no
   *   seat, and one that was not is not made
   * @throws one of `errors`
   */
  join(tx: Transaction, name: string, userId: string, origin: RequestOrigin, how: { isNew: boolean }): Promise<void>;
  readonly errors: readonly ProblemFactory[];
}

export interface Companies extends CompanySignIn {
  use(source: CompanySignIn): void;
}

/** How the names of providers of organizations begin. */
export const OF_COMPANIES = 'company-';
export const isOfCompany = (name: string): boolean => name.startsWith(OF_COMPANIES);

const NONE: CompanySignIn = {
  find: async () => undefined,
  async tested() {},
  requiredFor: async () => undefined,
  governs: async () => false,
  hasMember: async () => false,
  acceptsSecondFactor: async () => false,
  async lock() {},
  async join() {},
  errors: [],
};

export function createCompanies(): Companies {
  let source = NONE;
  return {
    use(given) {
      source = given;
    },
    find: (name) => source.find(name),
    tested: (name, protocol) => source.tested(name, protocol),
    requiredFor: (executor, address, by) => source.requiredFor(executor, address, by),
    governs: (executor, name, address) => source.governs(executor, name, address),
    hasMember: (executor, name, userId) => source.hasMember(executor, name, userId),
    acceptsSecondFactor: (executor, name) => source.acceptsSecondFactor(executor, name),
    lock: (tx, name) => source.lock(tx, name),
    join: (tx, name, userId, origin, how) => source.join(tx, name, userId, origin, how),
    get errors() {
      return source.errors;
    },
  };
}
