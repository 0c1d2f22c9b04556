/**
 * One account of the sandbox: its objects, clock, agenda and settings. Resources and the billing engine act on a World; HTTP, pages and tests
 * reach it through them.
 */
import type Stripe from 'stripe';
import { type Agenda, createAgenda, type Entry } from './agenda.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { type Random, seededRandom } from './random.ts';
import type { AccountSettings } from './settings.ts';
import { createStore, type Kind, type Store, type Stored } from './store.ts';
import { createTroubles, type Troubles } from './trouble.ts';

export const API_VERSION: Stripe.LatestApiVersion = '2026-10-28.endive';

/** Data that objects need but never show. Plain JSON, keyed by the id of the object. */
interface Notes {
  /** The test card's number, by payment method. */
  cards: Record<string, string>;
  /** Payment methods that passed 3-D Secure while being set up for later use. */
  authenticated: Record<string, boolean>;
  /** The parameters that created a checkout session. */
  checkouts: Record<string, unknown>;
  /** The change that a subscription gets when its pending update's invoice is paid, by subscription. */
  pendingUpdates: Record<string, PendingChange>;
  /** The same of subscriptions that are being resumed. */
  resumptions: Record<string, PendingChange>;
  usage: UsageRecord[];
  /** The period of each subscription item whose usage a draft invoice bills. The usage is counted again when it is finalized. */
  usagePeriods: Record<string, Record<string, { start: number; end: number }>>;
  invoiceNumbers: Record<string, number>;
}

interface PendingChange {
  invoice: string;
  plan: { items: Stripe.SubscriptionItem[]; anchor: number; trialEnd: number | null };
}

interface UsageRecord {
  meter: string;
  customer: string;
  value: number;
  timestamp: number;
  created: number;
  identifier: string;
  cancelled: boolean;
}

export interface World {
  store: Store;
  agenda: Agenda;
  outbox: Outbox;
  troubles: Troubles;
  random: Random;
  settings: AccountSettings;
  notes: Notes;
  /** The sandbox's base URL, for the links in its objects. */
  baseUrl: string;
  /** The API request that is being answered. Events name it as their cause. */
  request: { id: string; idempotencyKey: string | null } | null;
  /** The time of the sandbox's own clock, in Unix seconds. */
  now(): number;
  setNow(seconds: number): void;
}

export interface WorldOptions {
  seed: number;
  settings: AccountSettings;
  /** The Unix seconds at which the clock stands until it is advanced. Without it the clock follows the machine's. */
  startAt?: number;
  dump?: Dump;
}

export interface Dump {
  objects: [Kind, Stored[]][];
  agenda: Entry[];
  notes: Notes;
  clockOffsetSeconds: number;
}

export function createWorld(options: WorldOptions): World {
  const machineNow = () => Math.floor(Date.now() / 1000);
  let frozen = options.startAt;
  let offset = options.dump?.clockOffsetSeconds ?? 0;
  const now = () => frozen ?? machineNow() + offset;
  const troubles = createTroubles(options.seed);
  return {
    store: createStore(options.dump?.objects),
    agenda: createAgenda(options.dump?.agenda),
    outbox: createOutbox(),
    troubles,
    random: seededRandom(options.seed),
    settings: options.settings,
    // A state file of an older sandbox lacks the notes that were added since.
    notes: { ...emptyNotes(), ...options.dump?.notes },
    baseUrl: 'http://127.0.0.1',
    request: null,
    now,
    setNow(seconds) {
      if (frozen === undefined) offset = seconds - machineNow();
      else frozen = seconds;
    },
  };
}

/** The world as plain JSON. Pending deliveries are not part of it; as with Stripe, `GET /v1/events` has all events. */
export function dumpWorld(world: World): Dump {
  return {
    objects: world.store.dump(),
    agenda: world.agenda.dump(),
    notes: world.notes,
    clockOffsetSeconds: world.now() - Math.floor(Date.now() / 1000),
  };
}

/** A new id in Stripe's format: `newId(world, 'cus', 14)` → `cus_QXg1o8vcGmoR32`. */
export function newId(world: World, prefix: string, length = 24): string {
  return `${prefix}_${world.random.characters(length)}`;
}

/** The id of a reference that is an id or the expanded object. */
export function idOf(reference: string | { id: string }): string;
export function idOf(reference: string | { id: string } | null | undefined): string | null;
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (!reference) return null;
  return typeof reference === 'string' ? reference : reference.id;
}

function emptyNotes(): Notes {
  return {
    cards: {},
    authenticated: {},
    checkouts: {},
    pendingUpdates: {},
    resumptions: {},
    usage: [],
    usagePeriods: {},
    invoiceNumbers: {},
  };
}
