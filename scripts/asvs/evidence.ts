/** What can be said of a requirement of the OWASP ASVS, and where the tests are that say it. */

/** At least one of the four. */
export interface Evidence {
  /** Tests that would fail without it: a file, and how their titles begin. */
  tests?: readonly (readonly [file: string, title: string])[];
  /** A heading of a document, where the requirement asks for one: `docs/security/accounts.md#limits`. */
  document?: string;
  /** Why it does not apply. */
  absent?: string;
  /** Why it is not met. */
  open?: string;
}

/** Requirement -> evidence, for one chapter. */
export type Chapter = Readonly<Record<string, Evidence>>;

/** Tests of one file. */
export function shown(file: string, ...titles: string[]): Evidence {
  return { tests: titles.map((title) => [file, title]) };
}

/** Several pieces of evidence for one requirement. */
export function both(...pieces: Evidence[]): Evidence {
  return Object.assign({}, ...pieces, { tests: pieces.flatMap(({ tests }) => tests ?? []) });
}

const accounts = 'app/features/accounts';
const organizations = 'app/features/organizations';

export const files = {
  accessTokens: `${accounts}/access-tokens.test.ts`,
  vectors: `${accounts}/access-tokens.vectors.test.ts`,
  callers: `${accounts}/callers.test.ts`,
  cookies: `${accounts}/cookies.test.ts`,
  deletion: `${accounts}/deletion.test.ts`,
  emailChanges: `${accounts}/email-changes.test.ts`,
  limits: `${accounts}/limits.test.ts`,
  links: `${accounts}/one-time-tokens.test.ts`,
  policy: `${accounts}/password-policy.test.ts`,
  passwords: `${accounts}/passwords.test.ts`,
  profile: `${accounts}/profile.test.ts`,
  refreshing: `${accounts}/refreshing.test.ts`,
  registration: `${accounts}/registration.test.ts`,
  revocations: `${accounts}/revocations.test.ts`,
  sessions: `${accounts}/sessions.test.ts`,
  signIn: `${accounts}/sign-in.test.ts`,
  signInTiming: `${accounts}/sign-in-timing.test.ts`,
  signingKeys: `${accounts}/signing-keys.test.ts`,
  apiKeys: `${organizations}/api-keys.test.ts`,
  apiKeysInUse: `${organizations}/api-keys.use.test.ts`,
  apiKeyFormat: `${organizations}/api-key-format.test.ts`,
  authorization: `${organizations}/authorization.test.ts`,
  invitations: `${organizations}/invitations.test.ts`,
  memberships: `${organizations}/memberships.test.ts`,
  membershipsModel: `${organizations}/memberships.model.test.ts`,
  waiting: `${organizations}/waiting.test.ts`,
  pages: 'dev/pages.test.ts',
  badInput: 'test/faults/bad-input.test.ts',
  halfSent: 'test/faults/half-sent.test.ts',
} as const;
