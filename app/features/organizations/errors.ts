import { defineErrors } from '../../platform/errors.ts';

export const organizationErrors = defineErrors({
  slug_taken: { status: 409, title: 'The slug belongs to another organization' },
  last_owner: { status: 409, title: 'An organization needs an owner' },
  personal_organization: { status: 409, title: 'A personal organization cannot be deleted or left' },
  already_member: { status: 409, title: 'The person is a member already' },
  already_invited: { status: 409, title: 'The address has an open invitation' },
  invitation_for_another_address: { status: 403, title: 'The invitation is for another address' },
  invalid_expiry: { status: 422, title: 'The expiry is not in the future' },
});
