/**
 * Trouble on demand: what can go wrong between a service and Stripe, drawn from the sandbox's seed, so that a failure
 * replays. Rates are probabilities from 0 to 1. Requests and deliveries draw from sequences of their own, so that one
 * more request does not change what happens to the deliveries.
 */

import { invalid } from './fault.ts';
import { seededRandom } from './random.ts';

export interface TroubleRates {
  /** 429 with `rate_limit`, before anything is done. */
  rateLimit: number;
  /** 500 before anything is done. */
  fail: number;
  /** 500 after the request was done: the caller cannot know. */
  failAfter: number;
  /** A 200 whose body is not JSON, after the request was done. */
  garbage: number;
  /** Wait `slowMs` before the request is looked at. */
  slow: number;
  slowMs: number;
  /** Deliver an event twice. */
  duplicate: number;
  /** Never deliver an event. */
  drop: number;
  /** Let the next event overtake this one. */
  reorder: number;
  /** Deliver an event `delaySeconds` late. */
  delay: number;
  delaySeconds: number;
}

/** The troubles that strike requests; those of deliveries are rates only. */
type RequestTrouble = 'rateLimit' | 'fail' | 'failAfter' | 'garbage' | 'slow';

/** As much of a request as trouble looks at. */
interface StruckRequest {
  method: string;
  /** Path and query, as sent. */
  path: string;
}

/** A failure for the next requests that fit, ahead of the rates. */
export interface PlannedFailure {
  /** How many requests, 1 by default. */
  times?: number;
  /** Only of this method. */
  method?: string;
  /** Only of paths that start so, such as `/v1/subscriptions`. */
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
  /** The next charge of that customer (of any, without one) fails with this decline code. */
  declineNext(declineCode: string, customer?: string): void;
  takeDecline(customer: string | null): string | undefined;
  /** No rates, no plans; the sequences start again from `seed`, or from the seed they had. */
  reset(seed?: number): void;
  /** Whether this trouble strikes this request: a plan that fits is used up, else the rate decides. */
  strikes(kind: RequestTrouble, request: StruckRequest): boolean;
  /** What becomes of the next delivery. */
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
/** Amounts; all others are probabilities. */
const AMOUNTS = ['slowMs', 'delaySeconds'];

function checkRate(name: string, rate: unknown): void {
  if (!(name in NONE))
    throw invalid(`There is no trouble called ${name}. There is ${Object.keys(NONE).join(', ')}.`, name);
  const most = AMOUNTS.includes(name) ? 1e9 : 1;
  if (typeof rate !== 'number' || !(rate >= 0 && rate <= most)) throw invalid(`${name} is 0 to ${most}.`, name);
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
      if (!KINDS.includes(failure.kind)) throw invalid(`A plan is one of ${KINDS.join(', ')}.`, 'kind');
      plans.push({ ...failure });
    },
    declineNext(code, customer) {
      declines.push({ code, customer });
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
