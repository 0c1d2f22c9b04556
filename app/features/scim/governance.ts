/** Which addresses an organization governs. Its directory may make and close the accounts of these, and of no others. */
import type { Executor } from '../../platform/database/database.ts';

export interface Governance {
  /** @param address as accounts store it */
  governs(executor: Executor, organizationId: string, address: string): Promise<boolean>;
}

declare module '../../platform/feature.ts' {
  interface Replacements {
    /** In place of verified domains. */
    scimGovernance?: Governance;
  }
}
