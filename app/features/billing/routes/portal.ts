import type { Operations } from '../../../platform/http/operations/operations.ts';
import type { Authorization } from '../../organizations/organizations.ts';
import { billingErrors } from '../errors.ts';
import type { Portal } from '../purchase/portal.ts';
import { below, PortalSession, type ReturnTo, ReturnUrl } from './representations.ts';

export interface PortalRoutesOptions {
  authorization: Authorization;
  portal: Portal;
  returnTo: ReturnTo;
  /** Where the example returns to. */
  appUrl: string;
}

export function portalRoutes(
  operations: Operations,
  { authorization, portal, returnTo, appUrl }: PortalRoutesOptions,
): void {
  below(operations).operation('POST', '/portal-sessions', {
    guard: authorization.needs('billing:manage'),
    operationId: 'createPortalSession',
    whileActing: 'never',
    summary: 'Open the customer portal',
    description: 'A page of Stripe for cards, addresses, invoices and cancelling.',
    body: { returnUrl: ReturnUrl('Where to go afterwards') },
    example: { returnUrl: `${appUrl}/billing` },
    answers: { 201: PortalSession },
    errors: [billingErrors.redirect_not_allowed, billingErrors.payments_refused, billingErrors.payments_unavailable],
    handle: async ({ access, body }) => ({ url: await portal.open(access, returnTo(body.returnUrl)) }),
  });
}
