/** Versions of resources as ETags (RFC 7644 section 3.14). They are weak: an answer may leave attributes out. */
import { scimErrors } from './errors.ts';

export const etagOf = (version: number) => `W/"${version}"`;

/** True if a list of ETags has this version, or is `*`. */
export function names(list: string, version: number): boolean {
  return list.split(',').some((each) => ['*', `"${version}"`].includes(each.trim().replace(/^W\//, '')));
}

/** @param ifMatch the header of the request @throws `scim_version_mismatch` */
export function requireVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || names(ifMatch, version)) return;
  throw scimErrors.scim_version_mismatch({ detail: `The resource has the version ${etagOf(version)}.` });
}
