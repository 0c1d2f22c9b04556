/**
 * The hosted pages: each is a method, a path and what answers. They call the same functions as the API; a page that
 * takes money says that none moves. The first one that matches answers.
 */
import type { Answer, ApiRequest } from '../protocol/answer.ts';
import type { StripeSandbox } from '../sandbox.ts';
import { checkoutPages } from './checkout.ts';
import { dashboardPages } from './dashboard.ts';
import { invoicePages } from './invoice.ts';
import { portalPages } from './portal.ts';

export interface Page {
  method: 'GET' | 'POST';
  /** Its named groups are handed to `answer`. */
  path: RegExp;
  answer(sandbox: StripeSandbox, request: ApiRequest, bound: Record<string, string>): Answer | Promise<Answer>;
}

export const PAGES: readonly Page[] = [...checkoutPages, ...portalPages, ...invoicePages, ...dashboardPages];
