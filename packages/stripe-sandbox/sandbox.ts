/**
 * A stateful Stripe in this process: `const sandbox = await startStripeSandbox({ port: 0 })`. `createStripeSandbox()` gives the same without a
 * port: an HTTP client for the SDK, fast enough for thousands of runs.
 */
import type Stripe from 'stripe';
import { completeCheckout } from './billing/checkout/completion.ts';
import { advanceSandbox, catchUp } from './billing/time.ts';
import type { StripeSandbox } from './controls.ts';
import { resend, settle, sign } from './events/deliveries.ts';
import { createApi } from './http/api.ts';
import { inProcessClient } from './http/in-process-client.ts';
import { listen } from './http/server.ts';
import { startDeliveries } from './http/webhooks.ts';
import { createWebhookEndpoint } from './resources/events.ts';
import { authenticate } from './resources/intents.ts';
import { portalSession } from './resources/portal.ts';
import { invalid } from './world/fault.ts';
import type { Delivery } from './world/outbox.ts';
import { type AccountSettings, DEFAULT_SETTINGS } from './world/settings.ts';
import { keepState, readState } from './world/state-file.ts';
import { createWorld, type Dump, type World } from './world/world.ts';

export type { CheckoutForm, CheckoutOutcome } from './billing/checkout/completion.ts';
export type { StripeSandbox } from './controls.ts';
export type { SignedDelivery } from './events/deliveries.ts';
export type { Delivery } from './world/outbox.ts';
export type { AccountSettings } from './world/settings.ts';
export type { PlannedFailure, TroubleRates, Troubles } from './world/trouble.ts';

export interface SandboxOptions {
  /** The same seed gives the same ids and the same troubles. Default: a random seed. */
  seed?: number;
  /** The Unix seconds at which the sandbox's clock stands until it is advanced. By default the clock runs. */
  startAt?: number;
  /** `manual`: nothing is sent until a test takes it from `deliveries`. Default: `automatic`. */
  deliveries?: 'automatic' | 'manual';
  settings?: Partial<AccountSettings>;
  /** Webhook endpoints that exist from the start. */
  webhooks?: { url: string; secret?: string; enabledEvents?: string[] }[];
}

export interface ServerOptions extends SandboxOptions {
  /** The port; 0 (the default) takes a free one. */
  port?: number;
  /** The address; default 127.0.0.1. Use 0.0.0.0 in a container. */
  host?: string;
  /** The file that keeps the objects between runs. If it does not exist yet, the sandbox starts empty. */
  stateFile?: string;
}

export interface RunningSandbox extends StripeSandbox {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const DAY = 86_400;
/** The end of the year 9999: the last year that an ISO date can be written for. */
const MAX_TIME = 253_402_300_799;

/** Creates a sandbox without a socket. */
export function createStripeSandbox(options: SandboxOptions = {}, dump?: Dump): StripeSandbox {
  let world = makeWorld(options, dump);
  let api = createApi(world);
  const sandbox: StripeSandbox = {
    get world() {
      return world;
    },
    get api() {
      return api;
    },
    httpClient: inProcessClient((request) => api.answer(request)),
    get troubles() {
      return world.troubles;
    },
    clock: {
      now: () => world.now(),
      advance(by) {
        const until = Math.round('to' in by ? by.to : world.now() + (by.seconds ?? 0) + (by.days ?? 0) * DAY);
        if (!(until >= world.now() && until <= MAX_TIME))
          throw invalid('Time can only be advanced, by a number of days or seconds.', 'days');
        advanceSandbox(world, until);
      },
    },
    deliveries: {
      all: () => [...world.outbox.deliveries.values()],
      pending: () => [...world.outbox.deliveries.values()].filter((one) => one.status === 'pending'),
      sign: (id, at) => sign(world, deliveryOf(world, id), at),
      settle: (id, status) => settle(world, deliveryOf(world, id), status, ''),
      resend: (eventId, endpointId) => resend(world, eventId, endpointId),
    },
    customer: {
      completeCheckout: (id, form) => completeCheckout(world, world.store.get('checkout.session', id), form),
      portalSession: (secret) => portalSession(world, secret),
      authenticate: (id, passed) => authenticate(world, id, passed),
    },
    addWebhook: (webhook) => addWebhook(world, webhook),
    reset(seed) {
      const { baseUrl, outbox } = world;
      world = makeWorld({ ...options, ...(seed !== undefined && { seed }) });
      world.baseUrl = baseUrl;
      world.outbox.send = outbox.send;
      api = createApi(world);
    },
  };
  return sandbox;
}

/** Starts a sandbox that listens (on 127.0.0.1 by default) and delivers webhooks. */
export async function startStripeSandbox(options: ServerOptions = {}): Promise<RunningSandbox> {
  const sandbox = createStripeSandbox(options, options.stateFile ? readState(options.stateFile) : undefined);
  const server = await listen(sandbox, options.port ?? 0, options.host);
  sandbox.world.baseUrl = server.url;
  const deliveries = startDeliveries(sandbox);
  const state = options.stateFile ? keepState(options.stateFile, () => sandbox.world) : undefined;
  return Object.assign(Object.create(sandbox) as StripeSandbox, {
    url: server.url,
    port: server.port,
    async close() {
      await deliveries.stop();
      await server.close();
      state?.stop();
    },
  });
}

function makeWorld(options: SandboxOptions, dump?: Dump): World {
  const world = createWorld({
    seed: options.seed ?? Math.floor(Math.random() * 2 ** 32),
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    ...(options.startAt !== undefined && { startAt: options.startAt }),
    ...(dump && { dump }),
  });
  world.outbox.mode = options.deliveries ?? 'automatic';
  for (const webhook of options.webhooks ?? []) addWebhook(world, webhook);
  catchUp(world);
  return world;
}

/** Adds a webhook endpoint, unless the state file already has one with that URL. */
function addWebhook(
  world: World,
  webhook: { url: string; secret?: string; enabledEvents?: string[] },
): Stripe.WebhookEndpoint {
  const known = world.store.all('webhook_endpoint').find((one) => one.url === webhook.url);
  if (known) {
    if (webhook.secret) known.secret = webhook.secret;
    return known;
  }
  return createWebhookEndpoint(world, {
    url: webhook.url,
    enabled_events: webhook.enabledEvents ?? ['*'],
    ...(webhook.secret && { secret: webhook.secret }),
  });
}

function deliveryOf(world: World, id: string): Delivery {
  const delivery = world.outbox.deliveries.get(id);
  if (!delivery) throw new Error(`No such delivery: ${id}`);
  return delivery;
}
