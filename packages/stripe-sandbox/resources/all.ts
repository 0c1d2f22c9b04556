/** Every route of the API, in one list. */
import type { Route } from '../protocol/routes.ts';
import { checkoutRoutes } from './checkout-sessions.ts';
import { couponRoutes } from './coupons.ts';
import { creditNoteRoutes } from './credit-notes.ts';
import { customerRoutes } from './customers.ts';
import { eventRoutes } from './events.ts';
import { intentRoutes } from './intents.ts';
import { invoiceItemRoutes } from './invoice-items.ts';
import { invoiceRoutes } from './invoices.ts';
import { meterRoutes } from './meters.ts';
import { paymentMethodRoutes } from './payment-methods.ts';
import { portalRoutes } from './portal.ts';
import { priceRoutes } from './prices.ts';
import { productRoutes } from './products.ts';
import { refundRoutes } from './refunds.ts';
import { subscriptionItemRoutes } from './subscription-items.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { taxIdRoutes } from './tax-ids.ts';
import { testClockRoutes } from './test-clocks.ts';

export const ROUTES: readonly Route[] = [
  ...checkoutRoutes,
  ...couponRoutes,
  ...creditNoteRoutes,
  ...customerRoutes,
  ...eventRoutes,
  ...intentRoutes,
  ...invoiceItemRoutes,
  ...invoiceRoutes,
  ...meterRoutes,
  ...paymentMethodRoutes,
  ...portalRoutes,
  ...priceRoutes,
  ...productRoutes,
  ...refundRoutes,
  ...subscriptionItemRoutes,
  ...subscriptionRoutes,
  ...taxIdRoutes,
  ...testClockRoutes,
];
