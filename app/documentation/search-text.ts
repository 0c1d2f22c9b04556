/** The text in which the filter of the reference looks for words. */
import { errorCodesOf, type PlacedOperation } from './openapi.ts';

/** Words that readers use -> words of the document. An operation whose path, id or summary has one of the latter is found by the former. */
const SYNONYMS: readonly (readonly [words: string, pattern: RegExp])[] = [
  ['login log in signin', /createSession\b|sign in/i],
  ['logout log out signout', /sign out|end .*session|(revoke|delete)\w*session/i],
  ['signup sign up register', /createUser\b|register/i],
  ['cancel unsubscribe end', /updateSubscription|portal/i],
  ['forgot reset', /password-resets/i],
  ['team workspace tenant', /organizations\b(?!\/)/i],
  ['token secret', /api-keys/i],
  ['pay buy upgrade', /checkout|purchase|updateSubscription/i],
  ['role permission', /\/members/i],
  ['gdpr privacy', /export|deletion/i],
];

/** @returns lower-case words: those that a reader sees of the operation, its headers and error codes, and synonyms */
export function searchText(operation: PlacedOperation): string {
  const { operationId, summary, description = '', method, path, tags, parameters = [] } = operation;
  const named = `${summary} ${operationId} ${method} ${path}`;
  const synonyms = SYNONYMS.flatMap(([words, pattern]) => (pattern.test(named) ? [words] : []));
  const headers = parameters.flatMap((parameter) => (parameter.in === 'header' ? [parameter.name] : []));
  const codes = errorCodesOf(operation).flatMap((error) => error.codes);
  return [named, description, ...tags, ...headers, ...codes, ...synonyms].join(' ').toLowerCase();
}
