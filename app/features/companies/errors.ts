import { defineErrors } from '../../platform/errors.ts';

export const companyErrors = defineErrors({
  invalid_domain: { status: 422, title: 'The domain cannot be claimed' },
  domain_claimed: { status: 409, title: 'The organization has claimed the domain already' },
  too_many_domains: { status: 409, title: 'The organization has as many domains as one may have' },
  domain_not_proven: { status: 409, title: 'The DNS record that proves the domain was not found' },
  domain_lookup_failed: { status: 409, title: 'The nameservers gave no answer about the domain' },
  organization_second_factor_required: { status: 403, title: 'The organization requires a second factor' },
  organization_sign_in_required: { status: 403, title: 'The organization requires a newer sign-in' },
  invalid_issuer: { status: 422, title: 'The issuer cannot be an identity provider of an organization' },
  identity_provider_untested: { status: 409, title: 'The identity provider has not passed a test run' },
  domain_taken: { status: 409, title: 'The domain is verified for another organization' },
});
