/**
 * Troubles: failures between a service and Stripe, drawn from the sandbox's seed, so that a failure can be repeated. Rates are probabilities from
 * 0 to 1. Requests and deliveries draw from separate sequences, so that one more request does not change which deliveries fail.
 */

import { invalid } from './fault.ts';
import { seededRandom } from './random.ts';

export interface TroubleRates {
  /** 429 with `rate_limit`, before the request is handled. */
  rateLimit: number;
  /** 500 before the request is handled. */
  fail: number;
  /** 500 after the request was handled: the caller cannot know that it succeeded. */
  failAfter: number;
  /** A 200 whose body is not JSON, after the request was handled. */
  garbage: number;
  /** The request waits `slowMs` before it is handled. */
  slow: number;
  slowMs: number;
  /** An event is delivered twice. */
  duplicate: number;
  /** An event is never delivered. */
  drop: number;
  /** The next event is delivered before this one. */
  reorder: number;
  /** An event is delivered `delaySeconds` late. */
  delay: number;
  delaySeconds: number;
}

/** The troubles of requests. Those of deliveries have rates, but cannot be planned. */
type RequestTrouble = 'rateLimit' | 'fail' | 'failAfter' | 'garbage' | 'slow';

/** The part of a request that a planned failure can match. */
interface StruckRequest {
  method: string;
  /** The path and query, as sent. */
  path: string;
}

/** A failure of the next requests that match. Plans take precedence over the rates. */
export interface PlannedFailure {
  /** The number of requests, 1 by default. */
  times?: number;
  /** Matches only this method. */
  method?: string;
  /** Matches only paths with this prefix, such as `/v1/subscriptions`. */
  path?: string;
  kind: RequestTrouble;
}

interface DeliveryTrouble {
  copies: number;
  delaySeconds: number;
  overtaken: boolean;
}

export interface Troubles {
  readonly rates: TroubleRates;
  set(rates: Partial<TroubleRates>): void;
  plan(failure: PlannedFailure): void;
  /** The next charge of that customer (without one: of any customer) fails with this decline code. */
  declineNext(declineCode: string, customer?: string): void;
  takeDecline(customer: string | null): string | undefined;
  /** The declines that wait for a charge, in their order. Without a customer, a decline is for anybody's next charge. */
  readonly declines: readonly { code: string; customer: string | undefined }[];
  /** Removes the first decline that waits for a customer. */
  forgetDecline(customer: string): void;
  /** Removes all rates and plans, and restarts the sequences from `seed` (default: the previous seed). */
  reset(seed?: number): void;
  /** True if this trouble hits this request. A plan that matches is used up; without one the rate decides. */
  strikes(kind: RequestTrouble, request: StruckRequest): boolean;
  /** The troubles of the next delivery. */
  forDelivery(): DeliveryTrouble;
}

const NONE: TroubleRates = {
  rateLimit: 0,
  fail: 0,
  failAfter: 0,
  garbage: 0,
  slow: 0,
  slowMs: 2000,
  duplicate: 0,
  drop: 0,
  reorder: 0,
  delay: 0,
  delaySeconds: 5,
};

const KINDS: readonly RequestTrouble[] = ['rateLimit', 'fail', 'failAfter', 'garbage', 'slow'];
/** Rates that are amounts; all others are probabilities. */
const AMOUNTS = ['slowMs', 'delaySeconds'];

function checkRate(name: string, rate: unknown): void {
  if (!(name in NONE)) throw invalid(`Unknown trouble: ${name}. Use one of ${Object.keys(NONE).join(', ')}.`, name);
  const most = AMOUNTS.includes(name) ? 1e9 : 1;
  if (typeof rate !== 'number' || !(rate >= 0 && rate <= most))
    throw invalid(`${name} must be from 0 to ${most}.`, name);
}

export function createTroubles(seed: number): Troubles {
  let firstSeed = seed;
  let rates = { ...NONE };
  let plans: PlannedFailure[] = [];
  let declines: { code: string; customer: string | undefined }[] = [];
  let requests = seededRandom(seed ^ 0x5eed);
  let deliveries = seededRandom(seed ^ 0xde11);

  return {
    get rates() {
      return rates;
    },
    set(changed) {
      for (const [name, rate] of Object.entries(changed)) checkRate(name, rate);
      rates = { ...rates, ...changed };
    },
    plan(failure) {
      if (!KINDS.includes(failure.kind))
        throw invalid(`The kind of a plan must be one of ${KINDS.join(', ')}.`, 'kind');
      plans.push({ ...failure });
    },
    declineNext(code, customer) {
      declines.push({ code, customer });
    },
    get declines() {
      return declines;
    },
    forgetDecline(customer) {
      const at = declines.findIndex((one) => one.customer === customer);
      if (at >= 0) declines.splice(at, 1);
    },
    takeDecline(customer) {
      const at = declines.findIndex((one) => one.customer === undefined || one.customer === customer);
      return at < 0 ? undefined : declines.splice(at, 1)[0]!.code;
    },
    reset(newSeed = firstSeed) {
      firstSeed = newSeed;
      rates = { ...NONE };
      plans = [];
      declines = [];
      requests = seededRandom(newSeed ^ 0x5eed);
      deliveries = seededRandom(newSeed ^ 0xde11);
    },
    strikes(kind, request) {
      const plan = plans.find((one) => one.kind === kind && fits(one, request));
      if (plan) {
        plan.times = (plan.times ?? 1) - 1;
        if (plan.times <= 0) plans = plans.filter((one) => one !== plan);
        return true;
      }
      return rates[kind] > 0 && requests.next() < rates[kind];
    },
    forDelivery() {
      const strikesDelivery = (rate: number) => rate > 0 && deliveries.next() < rate;
      const dropped = strikesDelivery(rates.drop);
      return {
        copies: dropped ? 0 : strikesDelivery(rates.duplicate) ? 2 : 1,
        delaySeconds: strikesDelivery(rates.delay) ? rates.delaySeconds : 0,
        overtaken: strikesDelivery(rates.reorder),
      };
    },
  };
}

function fits(plan: PlannedFailure, request: StruckRequest): boolean {
  return (!plan.method || plan.method === request.method) && (!plan.path || request.path.startsWith(plan.path));
}
