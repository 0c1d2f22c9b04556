import { defineErrors } from '../../platform/errors.ts';

/** Callers of SCIM see them in its own form (`protocol/errors.ts`). */
export const scimErrors = defineErrors({
  scim_invalid_filter: { status: 400, title: 'The filter could not be understood' },
  scim_invalid_path: { status: 400, title: 'The path of an operation could not be understood' },
  scim_invalid_syntax: { status: 400, title: 'The body is not a SCIM message of this kind' },
  scim_invalid_value: { status: 400, title: 'A value does not fit the attribute' },
  scim_no_target: { status: 400, title: 'The path of an operation leads to nothing that could be changed' },
  scim_mutability: { status: 400, title: 'The attribute cannot be changed' },
  scim_uniqueness: { status: 409, title: 'Another resource has this value' },
  scim_version_mismatch: { status: 412, title: 'The resource has changed since' },
  scim_not_supported: { status: 501, title: 'This part of SCIM is not supported' },
  too_many_scim_tokens: { status: 409, title: 'The organization has two SCIM tokens already' },
});
