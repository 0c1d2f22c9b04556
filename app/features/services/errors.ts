import { defineErrors } from '../../platform/errors.ts';

/** Named as RFC 6749 section 5.2 and RFC 8693 section 2.2.2 name them. */
export const serviceTokenErrors = defineErrors({
  invalid_client: { status: 401, title: 'The service client is not known', headers: ['www-authenticate'] },
  invalid_target: { status: 400, title: 'No service accepts tokens of this audience' },
});
