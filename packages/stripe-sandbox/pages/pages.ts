/**
 * The hosted pages: each is a method, a path and what answers. They call the same functions as the API; a page that
 * takes money says that none moves. The first one that matches answers.
 */
import { checkoutPages } from './checkout.ts';
import { dashboardPages } from './dashboard.ts';
import { invoicePages } from './invoice.ts';
import type { Page } from './page.ts';
import { portalPages } from './portal.ts';

export const PAGES: readonly Page[] = [...checkoutPages, ...portalPages, ...invoicePages, ...dashboardPages];
