import { defineErrors } from '../../platform/errors.ts';

export const companyErrors = defineErrors({
  invalid_domain: { status: 422, title: 'The domain cannot be claimed' },
  domain_claimed: { status: 409, title: 'The organization has claimed the domain already' },
  too_many_domains: { status: 409, title: 'The organization has as many domains as one may have' },
  domain_not_proven: { status: 409, title: 'The DNS record that proves the domain was not found' },
  domain_lookup_failed: { status: 409, title: 'The nameservers gave no answer about the domain' },
  domain_taken: { status: 409, title: 'The domain is verified for another organization' },
});
