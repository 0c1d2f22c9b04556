/** The actions that the agenda runs when they fall due, by name. */

import { deliverNow } from '../events/deliveries.ts';
import { emit } from '../events/events.ts';
import type { World } from '../world/world.ts';
import { finalize, voidInvoice } from './invoices/invoices.ts';
import { settleRefund } from './payments/refunds.ts';
import { attempt, overdue, retry } from './subscriptions/collection.ts';
import { endAsPlanned } from './subscriptions/endings.ts';
import { expirePendingUpdate } from './subscriptions/pending-updates.ts';
import { announceRenewal, renew, resumeCollection, trialWillEnd } from './subscriptions/renewals.ts';
import { expireResumption } from './subscriptions/resuming.ts';
import { expireIncomplete } from './subscriptions/subscribing.ts';

export const ACTIONS: Record<string, (world: World, subject: string) => void> = {
  deliver: deliverNow,
  end: endAsPlanned,
  expire_checkout: expireCheckout,
  expire_incomplete: (world, id) => expireIncomplete(world, id, (invoice) => voidInvoice(world, invoice)),
  expire_pending_update: expirePendingUpdate,
  expire_resumption: expireResumption,
  finalize: finalizeAndCollect,
  overdue,
  renew,
  resume_collection: resumeCollection,
  retry,
  settle_refund: settleRefund,
  trial_will_end: trialWillEnd,
  upcoming: announceRenewal,
};

function finalizeAndCollect(world: World, id: string): void {
  const invoice = world.store.find('invoice', id);
  if (invoice?.status !== 'draft') return;
  finalize(world, invoice);
  if (invoice.status === 'open' && invoice.collection_method === 'charge_automatically') attempt(world, invoice, true);
}

function expireCheckout(world: World, id: string): void {
  const session = world.store.find('checkout.session', id);
  if (session?.status !== 'open') return;
  session.status = 'expired';
  session.url = null;
  emit(world, 'checkout.session.expired', session);
}
