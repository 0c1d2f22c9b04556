/** The shape of a hosted page. */
import type { StripeSandbox } from '../controls.ts';
import type { Answer, ApiRequest } from '../protocol/answer.ts';

export interface Page {
  method: 'GET' | 'POST';
  /** Its named groups are handed to `answer`. */
  path: RegExp;
  answer(sandbox: StripeSandbox, request: ApiRequest, bound: Record<string, string>): Answer | Promise<Answer>;
}
