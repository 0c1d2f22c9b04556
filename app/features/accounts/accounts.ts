/**
 * Accounts: registration, sessions, passwords, the account itself. This file is the feature's public surface.
 * Not here: organizations and roles; who may do what in them.
 */
import './emails.ts';
import './settings.ts';
import './providers/settings.ts';
import './audit-actions.ts';
import './metrics.ts';
import { isNull } from 'drizzle-orm';
import { type Clock, DAY_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts';
import type { ChangeFeed } from '../../platform/database/changes/feed.ts';
import type { Database } from '../../platform/database/database.ts';
import { defineFeature } from '../../platform/feature.ts';
import type { RequestOrigin } from '../../platform/http/caller.ts';
import type { Operations } from '../../platform/http/operations/operations.ts';
import type { JobHandler, JobSchedule, Jobs } from '../../platform/jobs/jobs.ts';
import type { PasswordHasher } from '../../platform/security/password-hashing.ts';
import type { RateLimits } from '../../platform/security/rate-limits.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { atScrape, type Metrics } from '../../platform/telemetry/metrics.ts';
import type { Audit } from '../audit/audit.ts';
import type { Email } from '../email/email.ts';
import { createAbandonment } from './abandonment.ts';
import { type AccessTokens, createAccessTokens } from './access-tokens.ts';
import { type ActingSessions, createActingSessions } from './acting.ts';
import { type Administration, createAdministration } from './administration.ts';
import { createAlreadyRegistered } from './already-registered.ts';
import { type Authentication, createAuthentication } from './authentication.ts';
import { type Callers, createCallers } from './callers.ts';
import { createRefreshCookie } from './cookies.ts';
import { createDeletion } from './deletion.ts';
import { createDevices } from './devices/devices.ts';
import { createEmailChanges } from './email-changes.ts';
import { createEmailLinkParts } from './email-links/wiring.ts';
import { createChallenges } from './factors/challenges.ts';
import { createFactorExport } from './factors/exporting.ts';
import { createFactorManagement } from './factors/managing.ts';
import { createFactorNotices } from './factors/notices.ts';
import { createRecoveryCodes } from './factors/recovery-codes.ts';
import { createSecondFactors, type SecondFactors } from './factors/second-factors.ts';
import { createSignInFlow } from './factors/sign-in-flow.ts';
import { createStepUp } from './factors/step-up.ts';
import { createTotp } from './factors/totp.ts';
import { type AccountFollower, createAccountFollowers } from './followers.ts';
import { createGoverning, type Governing } from './governing.ts';
import { createInactiveAccounts } from './inactive-accounts.ts';
import { createAccountHandlers, purgeSchedule } from './jobs.ts';
import { createAccountLimits } from './limits.ts';
import { createMailRequests } from './mail-requests.ts';
import { createOneTimeTokens } from './one-time-tokens.ts';
import { createCeremonies, type RelyingParty } from './passkeys/ceremonies.ts';
import { createChallengeTokens } from './passkeys/challenge-tokens.ts';
import { createPasskeySignIn } from './passkeys/passkey-sign-in.ts';
import { createPasskeys } from './passkeys/passkeys.ts';
import { createPasskeyProving } from './passkeys/proving.ts';
import { createPasswordPolicy } from './password-policy.ts';
import { createPasswords } from './passwords.ts';
import { createProfile } from './profile.ts';
import { type Companies, createCompanies } from './providers/companies.ts';
import type { ProviderSignIn } from './providers/provider-sign-in.ts';
import type { Providers } from './providers/providers.ts';
import type { ProviderSettings } from './providers/settings.ts';
import { createProviderParts } from './providers/wiring.ts';
import { createRefreshing } from './refreshing.ts';
import { createRegistration, type Registration } from './registration.ts';
import { createRevocations } from './revocations.ts';
import { emailLinkRoutes } from './routes/email-links.ts';
import { factorRoutes } from './routes/factors.ts';
import { passkeyRoutes } from './routes/passkeys.ts';
import { passwordRoutes } from './routes/passwords.ts';
import { presentSignIn, presentTokens } from './routes/presenting.ts';
import { profileRoutes } from './routes/profile.ts';
import { providerRoutes } from './routes/providers.ts';
import { registrationRoutes } from './routes/registration.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { signingKeyRoutes } from './routes/signing-keys.ts';
import { users as userTable } from './schema.ts';
import { createSealedAddresses } from './sealed-addresses.ts';
import { createSessionPlaces } from './session-places.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createSignIn } from './sign-in.ts';
import { createSignOut } from './sign-out.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';
import { createUsers, type User, type Users } from './users.ts';

export { type AccessTokens, invalidToken, LEEWAY_SECONDS } from './access-tokens.ts';
export type { ActingIn } from './acting.ts';
export type { ByOperator } from './administration.ts';
export { accessTokenScheme, bearerToken, provenBy, type UserCaller } from './authentication.ts';
export { accountErrors, linkExpired } from './errors.ts';
export type { AccountStateChange } from './followers.ts';
export type { DirectoryActor, Governing } from './governing.ts';
export { type ProvenSession, provenOf } from './proven-session.ts';
export type { CompanySignIn } from './providers/companies.ts';
export { providerErrors } from './providers/errors.ts';
export type { Reach as ProviderReach } from './providers/outgoing.ts';
export { presets as identityProviderPresets } from './providers/presets.ts';
export { createProtocol, type ProviderProtocol } from './providers/protocol.ts';
export { callbackPath } from './providers/providers.ts';
export { LOCAL_CLIENT } from './providers/settings.ts';
export { hasEnded, SESSION_ENDS } from './revocations.ts';
export { browserOf as providerBrowserOf } from './routes/providers.ts';
export type { Session } from './sessions.ts';
export { isActive, type User } from './users.ts';

export interface AccountsOptions {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  feed: ChangeFeed;
  jobs: Jobs;
  hasher: PasswordHasher;
  rateLimits: RateLimits;
  audit: Audit;
  email: Email;
  metrics: Metrics;
  logger: Logger;
  config: {
    appEnv: string;
    appUrl: string;
    apiUrl: string;
    corsOrigins: readonly string[];
    productName: string;
    breachedPasswordsUrl: string | undefined;
    accessTokenMinutes: number;
    sessionIdleDays: number;
    sessionAbsoluteDays: number;
    recentSignInMinutes: number;
    emailLinkSignIn: boolean;
    passkeyRpId: string | undefined;
    passkeyOrigins: readonly string[];
    passkeyRelatedOrigins: readonly string[];
    passkeyTopOrigins: readonly string[];
    networkLimitFactor: number;
    supportEmail: string | undefined;
    emailFrom: string;
    identityProviders: readonly ProviderSettings[];
  };
}

export interface Accounts {
  /** Adds a later feature that acts when something happens to a user. */
  follow(follower: Partial<AccountFollower>): void;
  readonly authentication: Authentication;
  readonly callers: Callers;
  readonly administration: Administration;
  /** Sessions in which operators act in the name of users. */
  readonly acting: ActingSessions;
  readonly factors: Pick<SecondFactors, 'overview'>;
  readonly sessions: Pick<Sessions, 'list'>;
  /** Emails that the person may need once more. */
  readonly again: Readonly<
    Record<'verify-email' | 'password-reset', (user: User, origin: RequestOrigin) => Promise<void>>
  >;
  /** For the directories of companies. */
  readonly governing: Governing;
  readonly registration: Pick<Registration, 'prepare' | 'registerProven'>;
  readonly users: Users;
  readonly signingKeys: SigningKeys;
  readonly identityProviders: Providers;
  /** Sign-in with the providers of organizations. */
  readonly companies: Companies;
  readonly providerSignIn: Pick<ProviderSignIn, 'startTest'>;
  /** Tokens of the same keys for another service, which no other audience accepts. They live for `SERVICE_TOKEN_MS`. */
  tokensFor(audience: string): AccessTokens;
  readonly handlers: readonly JobHandler[];
  readonly schedules: readonly JobSchedule[];
  routes(operations: Operations): void;
  /** Loads the signing keys. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Lifetime of a token for another service, in milliseconds. */
export const SERVICE_TOKEN_MS = 5 * MINUTE_MS;

export function createAccounts(options: AccountsOptions): Accounts {
  const { db, clock, sealer, feed, jobs, hasher, audit, email, metrics, config: settings } = options;
  const { appUrl, apiUrl } = settings;
  const followers = createAccountFollowers();
  audit.expect({ from: userTable, id: userTable.id, living: isNull(userTable.purgeAt) });
  const tokenLifetimeMs = settings.accessTokenMinutes * MINUTE_MS;

  const users = createUsers(db, feed);
  const limits = createAccountLimits(options.rateLimits, settings.networkLimitFactor);
  const oneTimeTokens = createOneTimeTokens({ db, clock, users });
  const totp = createTotp({ clock, sealer, productName: settings.productName });
  const recoveryCodes = createRecoveryCodes({ clock });
  const notices = createFactorNotices({ clock, email, appUrl });
  const relyingParty = relyingPartyOf(settings);
  const ceremonies = createCeremonies(relyingParty);
  const proving = createPasskeyProving({ clock, ceremonies, audit, notices });
  const factors = createSecondFactors({ totp, recoveryCodes, passkeys: proving, notices, audit });
  const recentMs = settings.recentSignInMinutes * MINUTE_MS;
  const callers = createCallers({ db, users, limits, hasher, clock, factors, recentMs });
  const policy = createPasswordPolicy({ ...settings, metrics, logger: options.logger });
  const lifetimes = { idleMs: settings.sessionIdleDays * DAY_MS, absoluteMs: settings.sessionAbsoluteDays * DAY_MS };
  const revocations = createRevocations({ db, clock, feed, metrics, tokenLifetimeMs });
  const sessions = createSessions({ db, clock, sealer, lifetimes, users });

  const closing = new AbortController();
  const signingKeys = createSigningKeys({
    ...{ db, sealer, clock, feed, logger: options.logger },
    tokenLifetimeMs: Math.max(tokenLifetimeMs, SERVICE_TOKEN_MS),
    closed: closing.signal,
  });
  const tokensOf = (audience: string, lifetimeMs: number) =>
    createAccessTokens({
      ...{ keys: signingKeys, clock, issuer: apiUrl, audience },
      lifetimeSeconds: lifetimeMs / SECOND_MS,
    });
  const accessTokens = tokensOf(apiUrl, tokenLifetimeMs);
  const authentication = createAuthentication({ tokens: accessTokens, revocations });

  const sealedAddresses = createSealedAddresses({ jobs, sealer });
  const supportMailbox = settings.supportEmail ?? settings.emailFrom;
  const inactiveAccounts = createInactiveAccounts({
    ...{ clock, users, email, appUrl, supportMailbox },
    tokens: oneTimeTokens,
  });
  const alreadyRegistered = createAlreadyRegistered({
    db,
    clock,
    users,
    email,
    appUrl,
    sealedAddresses,
    inactiveAccounts,
  });

  const devices = createDevices({ db, clock, email, appUrl });

  const companies = createCompanies();
  const common = {
    db,
    companies,
    clock,
    users,
    callers,
    sessions,
    devices,
    limits,
    tokens: oneTimeTokens,
    inactiveAccounts,
    alreadyRegistered,
    hasher,
    policy,
    audit,
    email,
    metrics,
    logger: options.logger,
    appUrl,
    followers,
  };
  const emailChanges = createEmailChanges(common);
  const registration = createRegistration({
    ...common,
    emailChanges,
    onVerified: followers.verified,
  });
  const passwords = createPasswords({ ...common, registration });
  const deletion = createDeletion(common);
  const abandonment = createAbandonment({ ...common, lifetimes });
  const challenges = createChallenges({ db, clock });
  const passkeyChallenges = createChallengeTokens({ db, clock, sealer });
  const flow = createSignInFlow({ ...common, factors, challenges, notices });
  const stepUp = createStepUp({ ...common, factors, challenges: passkeyChallenges });
  const management = createFactorManagement({ ...common, totp, recoveryCodes, factors, stepUp, notices });
  const passkeys = createPasskeys({
    ...{ ...common, factors, recoveryCodes, ceremonies, notices, stepUp },
    challenges: passkeyChallenges,
  });
  const passkeySignIn = createPasskeySignIn({
    ...{ ...common, ceremonies, proving, flow, passkeys },
    challenges: passkeyChallenges,
    signIns: challenges,
  });
  const signIn = createSignIn({ ...common, flow, jobs });
  const providerParts = createProviderParts({ ...common, flow, registration, sealer, settings });
  const emailLinkParts = createEmailLinkParts({ ...common, flow, registration, sealedAddresses, sealer, jobs });
  const exportFactors = createFactorExport(db);
  const profile = createProfile({
    ...common,
    exportFactors: (userId) => ({
      ...exportFactors(userId),
      ...providerParts.identities.exportFor(userId),
      ...emailLinkParts.links.exportFor(userId),
    }),
  });
  const refreshing = createRefreshing({ ...common, sealer, places: createSessionPlaces(common) });
  const signOut = createSignOut({ ...common, refreshing });
  const mailRequests = createMailRequests({ db, sealedAddresses, limits, passwords, registration });
  const administration = createAdministration({ ...common, registration, totp, recoveryCodes, notices });

  const ownOrigins = [...new Set([...settings.corsOrigins, new URL(appUrl).origin, new URL(apiUrl).origin])];
  const cookie = createRefreshCookie(ownOrigins, lifetimes.idleMs / SECOND_MS);

  return {
    follow: followers.add,
    authentication,
    callers,
    administration,
    acting: createActingSessions({ ...common, tokens: accessTokens }),
    factors,
    sessions,
    again: {
      'verify-email': (user) => registration.resend(user.email),
      'password-reset': (user, origin) => passwords.requestReset(user.email, origin),
    },
    governing: createGoverning({ ...common, registration }),
    registration,
    users,
    signingKeys,
    identityProviders: providerParts.providers,
    companies,
    providerSignIn: providerParts.signIn,
    tokensFor: (audience) => tokensOf(audience, SERVICE_TOKEN_MS),
    handlers: [
      ...mailRequests.handlers,
      ...emailLinkParts.requests.handlers,
      ...alreadyRegistered.handlers,
      ...createAccountHandlers({
        ...common,
        oneTimeTokens,
        challenges,
        passkeyChallenges,
        pending: providerParts.pending,
        emailLinks: emailLinkParts.links,
        deletion,
        abandonment,
      }),
    ],
    schedules: [purgeSchedule],
    routes(operations) {
      registrationRoutes(operations, { registration, mailRequests });
      sessionRoutes(operations, {
        ...{ signIn, flow, stepUp, signOut, refreshing, sessions, cookie, authentication },
        tokens: accessTokens,
      });
      profileRoutes(operations, { users, profile, deletion, emailChanges, authentication, email });
      const present = presentSignIn(presentTokens({ tokens: accessTokens, cookie }));
      providerRoutes(operations, { ...providerParts, companies, authentication, present });
      emailLinkRoutes(operations, { ...emailLinkParts, present, isOn: settings.emailLinkSignIn });
      passkeyRoutes(operations, {
        ...{ passkeys, authentication, signIn: passkeySignIn },
        relatedOrigins: settings.passkeyRelatedOrigins,
        present,
      });
      factorRoutes(operations, { management, devices, authentication });
      passwordRoutes(operations, { passwords, mailRequests, authentication });
      signingKeyRoutes(operations, signingKeys);
    },
    async start() {
      await signingKeys.start();
      const { auth_signing_key_age_seconds: age } = metrics;
      atScrape(age, () => age.set((clock.now().getTime() - signingKeys.current().signsFrom.getTime()) / 1_000));
    },
    async close() {
      closing.abort();
      await providerParts.providers.close();
    },
  };
}

/** Who we are to browsers and authenticators. By default the host and the origin of the app. */
function relyingPartyOf(settings: AccountsOptions['config']): RelyingParty {
  const app = new URL(settings.appUrl);
  const own = settings.passkeyOrigins.length > 0 ? settings.passkeyOrigins : [app.origin];
  return {
    id: settings.passkeyRpId ?? app.hostname,
    name: settings.productName,
    origins: [...own, ...settings.passkeyRelatedOrigins],
    topOrigins: settings.passkeyTopOrigins,
  };
}

export const accounts = defineFeature({
  needs: ['audit', 'email'],
  create: createAccounts,
  commands: () => import('./commands/commands.ts'),
  checks: () => import('./checks.ts'),
  development: () => import('./development.ts'),
});
