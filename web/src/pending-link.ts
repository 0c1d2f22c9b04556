/** The code of a provider that could not sign in, kept in this tab until the person has signed in another way and links the identity. */

/** The page that links. */
export const LINKING_PAGE = '/account/security';
const KEY = 'provider-code';
/** The service links within 10 minutes. */
const LIFETIME_MS = 10 * 60_000;

export const pendingLink = {
  keep(code: string): void {
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ code, until: Date.now() + LIFETIME_MS }));
    } catch {
      // Then the person links from the page, with another sign-in at the provider.
    }
  },
  /** @returns undefined if there is none, or none that still works */
  code(): string | undefined {
    try {
      const { code, until } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as { code?: string; until?: number };
      return until !== undefined && until > Date.now() ? code : undefined;
    } catch {
      return undefined;
    }
  },
  forget(): void {
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // It was not kept.
    }
  },
};
