/** A random life of a customer: what people do at Stripe, what becomes of the events, and where workers die. */
import fc from 'fast-check';

/** The steps of a trace at Stripe. */
export type Deed =
  | { do: 'buy'; plan: 'pro' | 'scale' }
  | { do: 'change'; plan: 'pro' | 'scale'; interval: 'month' | 'year' }
  | { do: 'cancel'; now: boolean }
  | { do: 'resume' }
  | { do: 'card'; good: boolean }
  /** From now on the bank wants each payment confirmed (3-D Secure), and somebody answers it. */
  | { do: 'secure card' }
  | { do: 'confirm'; passed: boolean }
  /** The newest open invoice is void. */
  | { do: 'void' }
  /** Collection pauses, or the whole subscription; and goes on. */
  | { do: 'pause'; all: boolean }
  | { do: 'unpause' }
  | { do: 'pay' }
  | { do: 'refund'; withNote: boolean }
  | { do: 'second' }
  /** A member joins the organization, or one that joined leaves it. */
  | { do: 'join' }
  | { do: 'leave' };

export type Step =
  | Deed
  /** Time passes, with the poll that comes every five minutes. */
  | { do: 'wait'; days: number }
  /** A delivery that waits is made `times` times (0: it is lost), and made once more later if `again`. */
  | { do: 'deliver'; which: number; times: number; again: boolean }
  /** A worker takes a job, and dies at its `dieAt`th await (0: it lives). */
  | { do: 'work'; which: number; dieAt: number }
  /**
   * A worker has fetched, and is slow; meanwhile `deed` happens, is delivered, and another worker does its job. With `tooSlow` the first
   * one's lease ends meanwhile.
   */
  | { do: 'overlap'; which: number; deed: Deed; tooSlow: boolean };

const plan = fc.constantFrom('pro' as const, 'scale' as const);
const interval = fc.constantFrom('month' as const, 'year' as const);
const nth = fc.nat({ max: 30 });

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constant('change' as const), plan, interval }),
  fc.record({ do: fc.constant('cancel' as const), now: fc.boolean() }),
  fc.record({ do: fc.constant('resume' as const) }),
  fc.record({ do: fc.constant('card' as const), good: fc.boolean() }),
  fc.record({ do: fc.constant('secure card' as const) }),
  fc.record({ do: fc.constant('confirm' as const), passed: fc.boolean() }),
  fc.record({ do: fc.constant('void' as const) }),
  fc.record({ do: fc.constant('pause' as const), all: fc.boolean() }),
  fc.record({ do: fc.constant('unpause' as const) }),
  fc.record({ do: fc.constant('pay' as const) }),
  fc.record({ do: fc.constant('refund' as const), withNote: fc.boolean() }),
  fc.record({ do: fc.constant('second' as const) }),
  fc.record({ do: fc.constant('join' as const) }),
  fc.record({ do: fc.constant('leave' as const) }),
  fc.record({ do: fc.constant('buy' as const), plan }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: deed },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 0, max: 40 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      which: nth,
      times: fc.integer({ min: 0, max: 2 }),
      again: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('work' as const),
      which: nth,
      dieAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 45 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('overlap' as const), which: nth, deed, tooSlow: fc.boolean() }) },
);

/** Everybody buys first. */
export const trace: fc.Arbitrary<Step[]> = fc
  .tuple(plan, fc.array(step, { minLength: 4, maxLength: 18 }))
  .map(([first, steps]) => [{ do: 'buy', plan: first }, ...steps]);
