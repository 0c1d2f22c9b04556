/**
 * One account of the sandbox: its objects, its clock, its agenda, its settings. Everything that the resources and the
 * billing engine do, they do to a World; HTTP, pages and tests are three ways to reach them.
 */
import type Stripe from 'stripe';
import { type Agenda, createAgenda, type Entry } from './agenda.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { type Random, seededRandom } from './random.ts';
import type { AccountSettings } from './settings.ts';
import { createStore, type Kind, type Store, type Stored } from './store.ts';
import { createTroubles, type Troubles } from './trouble.ts';

export const API_VERSION: Stripe.LatestApiVersion = '2026-10-28.endive';

/** What objects need to remember but never show. Plain JSON, keyed by the id of the object. */
interface Notes {
  /** How a card behaves, by payment method. */
  cards: Record<string, string>;
  /** Payment methods that passed 3-D Secure while being set up for later use. */
  authenticated: Record<string, boolean>;
  /** What was asked for when a checkout session was created. */
  checkouts: Record<string, unknown>;
  /** What a subscription becomes when its pending update's invoice is paid, by subscription. */
  pendingUpdates: Record<string, PendingChange>;
  usage: UsageRecord[];
  /** Which period of which subscription item a draft invoice bills the usage of: counted anew when it is finalized. */
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
  /** Where the sandbox is reached, for the links it gives out. */
  baseUrl: string;
  /** The API request that is being answered: events name it as their cause. */
  request: { id: string; idempotencyKey: string | null } | null;
  /** The sandbox's own clock, in Unix seconds. */
  now(): number;
  setNow(seconds: number): void;
}

export interface WorldOptions {
  seed: number;
  settings: AccountSettings;
  /** Unix seconds at which the clock stands still until it is advanced; without it the clock follows the machine's. */
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
    // A state file of an older sandbox lacks what has been added since.
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

/** The world as plain JSON. Deliveries under way are not part of it: Stripe's promise there is `GET /v1/events`. */
export function dumpWorld(world: World): Dump {
  return {
    objects: world.store.dump(),
    agenda: world.agenda.dump(),
    notes: world.notes,
    clockOffsetSeconds: world.now() - Math.floor(Date.now() / 1000),
  };
}

/** An id as Stripe makes them: `newId(world, 'cus', 14)` → `cus_QXg1o8vcGmoR32`. */
export function newId(world: World, prefix: string, length = 24): string {
  return `${prefix}_${world.random.characters(length)}`;
}

/** The id of what may be an id or the expanded object. */
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
    usage: [],
    usagePeriods: {},
    invoiceNumbers: {},
  };
}
