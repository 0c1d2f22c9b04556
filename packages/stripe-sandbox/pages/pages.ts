/**
 * The hosted pages. They call the same functions as the API. Pages that take payments say that no money moves. The first page that matches a
 * request answers it.
 */
import { checkoutPages } from './checkout.ts';
import { dashboardPages } from './dashboard.ts';
import { invoicePages } from './invoice.ts';
import type { Page } from './page.ts';
import { portalPages } from './portal.ts';

export const PAGES: readonly Page[] = [...checkoutPages, ...portalPages, ...invoicePages, ...dashboardPages];
