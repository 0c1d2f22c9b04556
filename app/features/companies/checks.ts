/** `doctor` examines the providers of organizations, and the nameservers that prove domains. */
import { type FeatureChecks, reasonOf } from '../../platform/cli/checks.ts';
import type { Examination } from './examining.ts';

interface Used {
  companies: { examination: Examination };
}

export const checks: FeatureChecks<Used> = {
  providers: [
    async ({ companies }) => {
      const { examined, total, faults } = await companies.examination.providers();
      const check = 'company providers';
      if (total === 0) return { check, ok: true, detail: 'no organization has one' };
      // A customer's provider that is down is for the customer to repair. All of them at once is the network of this service.
      const ok = faults.length < examined || examined === 0;
      const some = examined < total ? ` of ${total}, the last changed ones` : '';
      const detail = [
        `${examined - faults.length} of ${examined}${some} can be used`,
        ...(ok ? [] : ['may this service connect to the internet?']),
        ...faults.map(({ organizationId, issuer, error }) => `${organizationId}: ${issuer} (${reasonOf(error)})`),
      ];
      return { check, ok, detail: detail.join('; ') };
    },
    async ({ companies }) => {
      const check = 'nameservers';
      const asked = await companies.examination.nameservers();
      if (!asked) return { check, ok: true, detail: 'no organization claims a domain' };
      const { recordName, outcome } = asked;
      const detail = outcome === 'failed' ? `no answer about ${recordName}; see DOMAIN_NAMESERVERS` : 'they answer';
      return { check, ok: outcome !== 'failed', detail };
    },
  ],
};
