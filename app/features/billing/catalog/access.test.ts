import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, DAY_MS } from '../../../platform/clock.ts';
import { accessOf, type JudgedSubscription } from './access.ts';

const now = new Date('2026-11-22T12:00:00Z');
const periodEnd = after(now, 10 * DAY_MS);
const GRACE_DAYS = 7;

function subscription(fields: Partial<JudgedSubscription>): JudgedSubscription {
  return {
    id: 'sub_1',
    status: 'active',
    plan: 'pro',
    currentPeriodEnd: periodEnd,
    cancelAt: null,
    pastDueSince: null,
    ...fields,
  };
}

const access = (fields: Partial<JudgedSubscription>, at = now) => accessOf(subscription(fields), at, GRACE_DAYS);

describe('access', () => {
  for (const status of ['trialing', 'active']) {
    it(`is the plan while ${status}, until the period ends`, () => {
      assert.deepEqual(access({ status }), { plan: 'pro', status, subscriptionId: 'sub_1', until: periodEnd });
    });
  }

  it('is the plan until it ends, when it will', () => {
    const cancelAt = after(now, DAY_MS);
    assert.deepEqual(access({ cancelAt }).until, cancelAt);
    assert.equal(access({ cancelAt }).plan, 'pro');
  });

  it('outlives a missed payment by the grace, to the millisecond', () => {
    const pastDueSince = now;
    const ends = after(now, GRACE_DAYS * DAY_MS);
    const overdue = { status: 'past_due', pastDueSince };
    assert.deepEqual(access(overdue), { plan: 'pro', status: 'past_due', subscriptionId: 'sub_1', until: ends });
    assert.equal(access(overdue, after(ends, -1)).plan, 'pro');
    assert.deepEqual(access(overdue, ends), { plan: 'free', status: 'past_due', subscriptionId: 'sub_1', until: null });
  });

  for (const status of ['incomplete', 'incomplete_expired', 'unpaid', 'canceled', 'paused', 'a word of tomorrow']) {
    it(`is the free plan while ${status}`, () => assert.equal(access({ status }).plan, 'free'));
  }

  it('is the free plan without a subscription, and with one of a plan that the catalog does not know', () => {
    assert.equal(accessOf(undefined, now, GRACE_DAYS).plan, 'free');
    assert.equal(accessOf(undefined, now, GRACE_DAYS).status, 'none');
    for (const plan of [null, 'constructor', 'platinum']) assert.equal(access({ plan }).plan, 'free');
  });
});
