/** A hosted page: a method, a path, and the function that answers. */
import type { StripeSandbox } from '../controls.ts';
import type { Answer, ApiRequest } from '../protocol/answer.ts';

export interface Page {
  method: 'GET' | 'POST';
  /** The pattern of the path. `answer` receives its named groups. */
  path: RegExp;
  answer(sandbox: StripeSandbox, request: ApiRequest, bound: Record<string, string>): Answer | Promise<Answer>;
}
