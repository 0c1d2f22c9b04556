/** Errors in the form of SCIM (RFC 7644 section 3.12). */
import type { ErrorFormat } from '../../../platform/http/problems.ts';

export const MEDIA_TYPE = 'application/scim+json';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** `scimType` of errors that are not of this feature. */
const TYPES: Readonly<Record<string, string>> = {
  malformed_json: 'invalidSyntax',
  validation_failed: 'invalidValue',
  payload_too_large: 'tooMany',
  invalid_email: 'invalidValue',
};

/** @param refused is told the code of each error */
export function scimErrorFormat(refused: (code: string) => void): ErrorFormat {
  return {
    mediaType: MEDIA_TYPE,
    present(problem) {
      refused(problem.code);
      const scimType = problem.extensions.scimType ?? TYPES[problem.code];
      return {
        schemas: [ERROR],
        status: String(problem.status),
        ...(scimType !== undefined && { scimType }),
        detail: problem.detail ?? problem.title,
      };
    },
  };
}
