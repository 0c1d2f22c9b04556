/** Whether the record of a domain is there. */
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { DomainRow } from '../schema.ts';
import { LookupFailed, type TxtLookup } from './records.ts';

export type CheckOutcome = 'proven' | 'missing' | 'failed';

/** Asks the nameservers, for at most 5 s. It never throws because of what they say. */
export type CheckDomain = (domain: Pick<DomainRow, 'recordName' | 'recordValue'>) => Promise<CheckOutcome>;

export interface CheckDomainOptions {
  lookUp: TxtLookup;
  metrics: Pick<Metrics, 'domain_checks_total'>;
}

export function createCheckDomain({ lookUp, metrics }: CheckDomainOptions): CheckDomain {
  async function outcomeOf({ recordName, recordValue }: Parameters<CheckDomain>[0]): Promise<CheckOutcome> {
    try {
      const texts = await lookUp(recordName);
      return texts.some((text) => text.trim() === recordValue) ? 'proven' : 'missing';
    } catch (error) {
      if (error instanceof LookupFailed) return 'failed';
      throw error;
    }
  }

  return async (domain) => {
    const outcome = await outcomeOf(domain);
    metrics.domain_checks_total.inc({ outcome });
    return outcome;
  };
}
