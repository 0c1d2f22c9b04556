/**
 * Signing in with an identity provider, in three steps: the browser is sent there; it comes back with an answer, which is redeemed for the person;
 * and it exchanges a code for a session. Each step is bound to the browser that began.
 *
 * The identity is (issuer, subject), never the address: an account is never taken over because an address is the same. Whoever has an account with
 * it signs in the old way once, and links the identity (`identities.ts`).
 */
import { and, eq, sql } from 'drizzle-orm';
import { type Clock, MINUTE_MS, SECOND_MS } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { transact } from '../../../platform/database/retry.ts';
import { Problem } from '../../../platform/errors.ts';
import type { RequestOrigin } from '../../../platform/http/caller.ts';
import { httpErrors } from '../../../platform/http/errors.ts';
import { newId, randomSecret } from '../../../platform/security/random.ts';
import { addressBlock } from '../../../platform/security/rate-limits.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { parseAddress } from '../../email/email.ts';
import { accountErrors } from '../errors.ts';
import type { BegunSession, FactorNeeded, SessionMode, SignInClient, SignInFlow } from '../factors/sign-in-flow.ts';
import type { AccountLimits } from '../limits.ts';
import type { Registration } from '../registration.ts';
import { isActive, type User, type Users } from '../users.ts';
import { type Companies, isOfCompany } from './companies.ts';
import { providerErrors } from './errors.ts';
import type { Identities } from './identities.ts';
import type { Pending, Proven } from './pending.ts';
import type { ProviderProtocol, Secrets } from './protocol.ts';
import type { Providers } from './providers.ts';
import { identities } from './schema.ts';

export interface ProviderSignIn {
  /** @returns where to send the browser @throws `not_found`, `provider_unavailable`, `rate_limited` */
  start(provider: string, browser: string, target: Target, origin: RequestOrigin): Promise<string>;
  /** Starts a test run with the provider of an organization, which begins no session. @throws as `start` */
  startTest(provider: string, browser: string, returnTo: string, origin: RequestOrigin): Promise<string>;
  /** Takes the answer that a browser brings. @returns where to send the browser, whatever went wrong @throws `not_found` for another provider */
  finish(provider: string, browser: string | undefined, answer: URLSearchParams): Promise<string>;
  /**
   * Begins a session, or registers a person who is new here and whose address the provider vouches for.
   * @throws `provider_sign_in_expired`, `identity_not_linked`, `provider_address_unverified`, `invalid_credentials`
   */
  redeem(
    code: string,
    browser: string | undefined,
    client: Omit<SignInClient, 'mode'>,
  ): Promise<BegunSession | FactorNeeded>;
}

/** What the sign-in is to end with. */
export interface Target {
  readonly mode: SessionMode;
  /** A path of the frontend. */
  readonly returnTo: string;
}

export interface ProviderSignInOptions {
  db: Database;
  clock: Clock;
  users: Pick<Users, 'lock' | 'findByAddress'>;
  providers: Providers;
  companies: Companies;
  pending: Pending;
  identities: Pick<Identities, 'add'>;
  registration: Pick<Registration, 'registerProven'>;
  flow: Pick<SignInFlow, 'proceed'>;
  limits: Pick<AccountLimits, 'providerSignInsFrom'>;
  metrics: Metrics;
  appUrl: string;
}

const START_LIFETIME_MS = 10 * MINUTE_MS;
const CODE_LIFETIME_MS = 60 * SECOND_MS;
/** Long enough to sign in the old way, and to link. */
export const LINK_LIFETIME_MS = 10 * MINUTE_MS;
/** The page of the frontend that the browser comes back to. */
export const RETURN_PAGE = '/sign-in/provider';

export function createProviderSignIn(options: ProviderSignInOptions): ProviderSignIn {
  const { db, clock, users, providers, companies, pending, metrics, appUrl } = options;

  function back(parameters: Record<string, string>): string {
    return `${appUrl}${RETURN_PAGE}?${new URLSearchParams(parameters)}`;
  }

  /** Those of organizations are counted together: there may be thousands. */
  const count = (provider: string, outcome: string) =>
    metrics.identity_provider_sign_ins_total.inc({ provider: isOfCompany(provider) ? 'company' : provider, outcome });

  /** @throws `not_found` */
  async function find(name: string, isTest: boolean): Promise<ProviderProtocol> {
    if (!isOfCompany(name)) return providers.find(name) ?? notFound();
    const connection = await companies.find(name);
    return connection && (isTest || connection.isTested) ? connection.protocol : notFound();
  }

  async function start(
    name: string,
    browser: string,
    { mode, returnTo, isTest = false }: Target & { isTest?: boolean },
    origin: RequestOrigin,
  ): Promise<string> {
    const protocol = await find(name, isTest);
    await options.limits.providerSignInsFrom.consume(addressBlock(origin.ipAddress ?? ''));
    const secret = () => randomSecret(32).toString('base64url');
    const secrets = { nonce: secret(), verifier: secret() };
    const url = await protocol.authorizationUrl({ ...secrets, state: PLACEHOLDER }).catch((error) => {
      count(name, outcomeOf(error));
      throw error;
    });
    const state = await pending.add('started', {
      ...{ provider: name, browser, lifetimeMs: START_LIFETIME_MS },
      data: { ...secrets, mode, returnTo, isTest } satisfies Started,
    });
    return url.replace(PLACEHOLDER, state);
  }

  /**
   * The account of a person whom the provider of an organization has named. It decides about addresses of verified domains alone. An account with the
   * address is taken over, unless it is linked to somebody else there: then the address has changed hands. Whoever is no member joins.
   */
  async function companyAccountOf(tx: Transaction, proven: Proven, provider: string, origin: RequestOrigin) {
    const address = proven.vouched ? parseAddress(proven.address!) : undefined;
    if (!address) return providerErrors.provider_address_unverified;
    const known = and(eq(identities.issuer, proven.issuer), eq(identities.subject, proven.subject));
    const [linked] = await tx.select({ userId: identities.userId }).from(identities).where(known);
    const joins = !linked || !(await companies.hasMember(tx, provider, linked.userId));
    // Before accounts, as everywhere. A member's sign-in does not change the organization.
    if (joins) await companies.lock(tx, provider);
    if (!(await companies.governs(tx, provider, address))) return providerErrors.provider_address_unverified;
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${proven.issuer} ${proven.subject}`}, 0))`);
    const [identity] = await tx.update(identities).set({ lastUsedAt: clock.now() }).where(known).returning();
    if (identity) {
      const user = await users.lock(tx, identity.userId, 'share');
      if (!user || !isActive(user)) return accountErrors.invalid_credentials;
      if (!(await companies.governs(tx, provider, user.email))) return providerErrors.provider_address_unverified;
      if (joins) await companies.join(tx, provider, user.id, origin, { isNew: false });
      return user;
    }
    const owner = await users.findByAddress(tx, address);
    const isNew = !owner?.emailVerifiedAt;
    const user = owner?.emailVerifiedAt
      ? await users.lock(tx, owner.id, 'update')
      : await options.registration.registerProven(tx, draft(address, proven.name, clock.now()), origin);
    if (!user || !isActive(user)) return accountErrors.invalid_credentials;
    const others = and(eq(identities.userId, user.id), eq(identities.issuer, proven.issuer));
    if ((await tx.$count(identities, others)) > 0) return providerErrors.identity_not_linked;
    await options.identities.add(tx, user, { ...proven, provider }, origin, { isFirst: isNew });
    await companies.join(tx, provider, user.id, origin, { isNew });
    return user;
  }

  /** @returns the account, or why there is none */
  async function accountOf(tx: Transaction, proven: Proven, provider: string, origin: RequestOrigin) {
    // One at a time: of two first sign-ins, the second one finds what the first one has made.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${proven.issuer} ${proven.subject}`}, 0))`);
    const known = and(eq(identities.issuer, proven.issuer), eq(identities.subject, proven.subject));
    const [identity] = await tx.update(identities).set({ lastUsedAt: clock.now() }).where(known).returning();
    if (identity) {
      const user = await users.lock(tx, identity.userId, 'share');
      return user && isActive(user) ? user : accountErrors.invalid_credentials;
    }
    const address = proven.vouched ? parseAddress(proven.address!) : undefined;
    if (!address) return providerErrors.provider_address_unverified;
    const owner = await users.findByAddress(tx, address);
    if (owner?.emailVerifiedAt) return providerErrors.identity_not_linked;
    const user = await options.registration.registerProven(tx, draft(address, proven.name, clock.now()), origin);
    await options.identities.add(tx, user, { ...proven, provider }, origin, { isFirst: true });
    return user;
  }

  return {
    start,

    startTest: (name, browser, returnTo, origin) =>
      start(name, browser, { mode: 'bearer', returnTo, isTest: true }, origin),

    async finish(name, browser, answer) {
      const protocol = await find(name, true);
      const state = answer.get('state') ?? '';
      const started = await pending.take<Started>(db, 'started', state, browser);
      if (!started || started.provider !== name || !browser) {
        return back({ error: providerErrors.provider_sign_in_expired.code, provider: name });
      }
      const { mode, returnTo, isTest, ...secrets } = started.data;
      try {
        const person = await protocol.prove(answer, { ...secrets, state });
        count(name, 'proven');
        if (isTest) {
          await companies.tested(name, protocol);
          return back({ test: 'passed', provider: name, returnTo });
        }
        const given = { provider: name, browser, lifetimeMs: CODE_LIFETIME_MS };
        const code = await pending.add('proven', { ...given, data: { ...person, mode } satisfies Proven });
        return back({ code, provider: name, returnTo });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        count(name, outcomeOf(error));
        providers.report(name, error);
        return back({ error: error.code, provider: name, returnTo });
      }
    },

    async redeem(code, browser, client) {
      const found = await transact(db, async (tx) => {
        const taken = await pending.look<Proven>(tx, 'proven', code, browser);
        if (!taken) return providerErrors.provider_sign_in_expired;
        const find = isOfCompany(taken.provider) ? companyAccountOf : accountOf;
        const account = await find(tx, taken.data, taken.provider, client.origin);
        // The same code links the identity, once the person has signed in the old way.
        if (typeof account === 'function') await pending.extend(tx, code, LINK_LIFETIME_MS);
        if (typeof account === 'function') return account;
        const { provider, data } = taken;
        const isProven = data.hasSecondFactor && isOfCompany(provider);
        const elsewhere = isProven && (await companies.acceptsSecondFactor(tx, provider)) ? (['mfa'] as const) : [];
        return { user: account, mode: data.mode, provider, elsewhere };
      });
      if (typeof found === 'function') throw found();
      const { mode, ...proof } = found;
      let isUsed = false;
      // Used up as the session begins: after a failure before that, the same code works once more.
      const lock = async (tx: Transaction) => {
        isUsed = !(await pending.take(tx, 'proven', code, browser));
        const user = isUsed ? undefined : await users.lock(tx, proof.user.id, 'share');
        return user && isActive(user) ? user : undefined;
      };
      const outcome = await options.flow.proceed({ ...proof, amr: ['fed'], lock }, { ...client, mode });
      if (!outcome) throw isUsed ? providerErrors.provider_sign_in_expired() : accountErrors.invalid_credentials();
      metrics.auth_events_total.inc({ event: 'sign_in', outcome: 'success' });
      return outcome;
    },
  };
}

type Started = Omit<Secrets, 'state'> & Target & { readonly isTest: boolean };

function notFound(): never {
  throw httpErrors.not_found();
}

/** Stands for the state, which is made when the sign-in is stored: after the provider's metadata were found. */
const PLACEHOLDER = 'state-placeholder';

const outcomeOf = (error: unknown): string =>
  error instanceof Problem ? error.code.replace(/^provider_/, '') : 'unavailable';

/** A person without a password. */
function draft(email: string, name: string | null, now: Date): User {
  return {
    ...{ id: newId(), email, name: name?.slice(0, 200) || null, locale: 'en', passwordHash: null },
    ...{ emailVerifiedAt: null, suspendedAt: null, suspendedBy: null, purgeAt: null, createdAt: now, updatedAt: now },
  };
}
