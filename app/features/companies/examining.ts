/** Examines what companies depend on outside of this service, for `doctor`. It changes nothing. */
import { desc, isNotNull } from 'drizzle-orm';
import type { Database } from '../../platform/database/database.ts';
import type { CheckDomain, CheckOutcome } from './domains/checking.ts';
import { organizationDomains, organizationIdentityProviders } from './schema.ts';
import { type CompanySignInSource, providerNameOf } from './sign-in/company-sign-in.ts';

export interface Examination {
  /** Reads the metadata of those that have passed a test run. @returns how many there are, how many were examined, and what is wrong with which */
  providers(): Promise<{
    readonly total: number;
    readonly examined: number;
    readonly faults: readonly { readonly organizationId: string; readonly issuer: string; readonly error: unknown }[];
  }>;
  /** Asks for the record of the newest claim. @returns undefined if there is no claim */
  nameservers(): Promise<{ readonly recordName: string; readonly outcome: CheckOutcome } | undefined>;
}

export interface ExaminationOptions {
  db: Database;
  source: Pick<CompanySignInSource, 'find'>;
  check: CheckDomain;
}

/** The most providers that one examination asks: each may take five seconds. */
const MAX_EXAMINED = 50;

export function createExamination({ db, source, check }: ExaminationOptions): Examination {
  return {
    async providers() {
      const { organizationId, issuer, testedAt, updatedAt } = organizationIdentityProviders;
      const total = await db.$count(organizationIdentityProviders, isNotNull(testedAt));
      const newest = await db
        .select({ organizationId, issuer })
        .from(organizationIdentityProviders)
        .where(isNotNull(testedAt))
        .orderBy(desc(updatedAt))
        .limit(MAX_EXAMINED);
      const results = await Promise.all(
        newest.map(async (one) => {
          const found = await source.find(providerNameOf(one.organizationId));
          return found?.protocol.examine().then(
            () => undefined,
            (error: unknown) => ({ ...one, error }),
          );
        }),
      );
      return { total, examined: newest.length, faults: results.filter((fault) => fault !== undefined) };
    },

    async nameservers() {
      const { recordName, recordValue, id } = organizationDomains;
      const [newest] = await db
        .select({ recordName, recordValue })
        .from(organizationDomains)
        .orderBy(desc(id))
        .limit(1);
      return newest && { recordName: newest.recordName, outcome: await check(newest) };
    },
  };
}
