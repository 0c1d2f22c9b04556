/** Evidence for a requirement of the OWASP ASVS, and the paths of the tests. */

/** At least one of the four fields is set. */
export interface Evidence {
  /** Tests that would fail if the requirement were not met: a file, and the beginning of their titles. */
  tests?: readonly (readonly [file: string, title: string])[];
  /** A heading of a document, if the requirement asks for documentation: `docs/security/accounts.md#limits`. */
  document?: string;
  /** The reason why the requirement does not apply. */
  absent?: string;
  /** The reason why the requirement is not met. */
  open?: string;
}

/** The evidence of one chapter, by requirement. */
export type Chapter = Readonly<Record<string, Evidence>>;

/** Evidence from tests of one file. */
export function shown(file: string, ...titles: string[]): Evidence {
  return { tests: titles.map((title) => [file, title]) };
}

/** Combines several pieces of evidence for one requirement. */
export function both(...pieces: Evidence[]): Evidence {
  return Object.assign({}, ...pieces, { tests: pieces.flatMap(({ tests }) => tests ?? []) });
}

const accounts = 'app/features/accounts';
const organizations = 'app/features/organizations';

export const files = {
  accessTokens: `${accounts}/access-tokens.test.ts`,
  vectors: `${accounts}/access-tokens.vectors.test.ts`,
  callers: `${accounts}/callers.test.ts`,
  operators: 'app/features/operator/operator.test.ts',
  cookies: `${accounts}/cookies.test.ts`,
  deletion: `${accounts}/deletion.test.ts`,
  emailChanges: `${accounts}/email-changes.test.ts`,
  limits: `${accounts}/limits.test.ts`,
  secondFactors: `${accounts}/factors/second-factors.test.ts`,
  stepUp: `${accounts}/factors/step-up.test.ts`,
  resetting: `${accounts}/factors/resetting.test.ts`,
  devices: `${accounts}/devices/devices.test.ts`,
  passkeys: `${accounts}/passkeys/passkeys.test.ts`,
  emailLinks: `${accounts}/email-links/email-links.test.ts`,
  links: `${accounts}/one-time-tokens.test.ts`,
  policy: `${accounts}/password-policy.test.ts`,
  passwords: `${accounts}/passwords.test.ts`,
  profile: `${accounts}/profile.test.ts`,
  identities: `${accounts}/providers/identities.test.ts`,
  idTokens: `${accounts}/providers/id-tokens.test.ts`,
  providers: `${accounts}/providers/provider-sign-in.test.ts`,
  providersInTrouble: `${accounts}/providers/trouble.test.ts`,
  serviceTokens: 'app/features/services/tokens.test.ts',
  refreshing: `${accounts}/refreshing.test.ts`,
  registration: `${accounts}/registration.test.ts`,
  revocations: `${accounts}/revocations.test.ts`,
  sessionPlaces: `${accounts}/session-places.test.ts`,
  sessions: `${accounts}/sessions.test.ts`,
  signIn: `${accounts}/sign-in.test.ts`,
  signInTiming: `${accounts}/sign-in-timing.test.ts`,
  signingKeys: `${accounts}/signing-keys.test.ts`,
  policies: 'app/features/companies/policy/policy.test.ts',
  apiKeys: `${organizations}/api-keys.test.ts`,
  apiKeysInUse: `${organizations}/api-keys.use.test.ts`,
  apiKeyFormat: `${organizations}/api-key-format.test.ts`,
  authorization: `${organizations}/authorization.test.ts`,
  invitations: `${organizations}/invitations.test.ts`,
  memberships: `${organizations}/memberships.test.ts`,
  membershipsModel: `${organizations}/memberships.model.test.ts`,
  waiting: `${organizations}/waiting.test.ts`,
  accountApp: 'test/browser/account-app.browser.ts',
  pages: 'dev/pages.test.ts',
  badInput: 'test/faults/bad-input.test.ts',
  halfSent: 'app/features/organizations/half-sent.test.ts',
} as const;
