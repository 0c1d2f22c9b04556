/** Refunds that change later, as those of Stripe's asynchronous test cards do (docs.stripe.com/testing#refunds). */
import type Stripe from 'stripe';
import { schedule } from '../../events/clock.ts';
import { emit, emitChange } from '../../events/events.ts';
import { idOf, type World } from '../../world/world.ts';
import { cardOf } from './cards.ts';

const SETTLES_AFTER_SECONDS = 60;

/** Puts the change of a refund on the agenda, if its card has one. */
export function settleLater(world: World, refund: Stripe.Refund, charge: Stripe.Charge): void {
  const { refund: course } = cardOf(world, charge.payment_method ?? '');
  if (!course) return;
  if (course === 'pending') refund.status = 'pending';
  schedule(world, idOf(charge.customer), 'settle_refund', refund.id, refund.created + SETTLES_AFTER_SECONDS);
}

/** The agenda's action: a pending refund succeeds, another one fails and its amount is no longer refunded. */
export function settleRefund(world: World, id: string): void {
  const refund = world.store.find('refund', id);
  const charge = world.store.find('charge', idOf(refund?.charge) ?? '');
  if (!refund || !charge) return;
  if (refund.status === 'pending') {
    emitChange(world, 'refund.updated', refund, () => {
      refund.status = 'succeeded';
    });
    return;
  }
  refund.status = 'failed';
  refund.failure_reason = 'lost_or_stolen_card';
  charge.amount_refunded -= refund.amount;
  charge.refunded = false;
  emit(world, 'refund.failed', refund);
}
