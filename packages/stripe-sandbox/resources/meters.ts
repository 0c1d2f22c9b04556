/** Meters, meter events, their adjustments and summaries (docs.stripe.com/api/billing/meter). */
import type Stripe from 'stripe';
import { usageIn } from '../billing/invoices/usage.ts';
import { nowFor } from '../events/clock.ts';
import { emit, emitChange } from '../events/events.ts';
import { page, pagination } from '../protocol/listing.ts';
import * as p from '../protocol/parameters.ts';
import { listing, type Route, retrieve, route } from '../protocol/routes.ts';
import { invalid } from '../world/fault.ts';
import { newId, type World } from '../world/world.ts';

const DAY = 86_400;
const PAST_DAYS = 35;
const FUTURE_SECONDS = 300;

const creatable = {
  customer_mapping: p.object({ event_payload_key: p.needed(p.text), type: p.needed(p.oneOf('by_id')) }),
  default_aggregation: p.needed(p.object({ formula: p.needed(p.oneOf('count', 'last', 'sum')) })),
  display_name: p.needed(p.text),
  event_name: p.needed(p.text),
  event_time_window: p.oneOf('day', 'hour'),
  value_settings: p.object({ event_payload_key: p.needed(p.text) }),
};

function createMeter(world: World, given: p.Read<typeof creatable>): Stripe.Billing.Meter {
  if (activeMeter(world, given.event_name)) {
    throw invalid(
      `There is already an active meter with event_name ${given.event_name}.`,
      'event_name',
      'resource_already_exists',
    );
  }
  const meter: Stripe.Billing.Meter = {
    id: newId(world, 'mtr_test'),
    object: 'billing.meter',
    created: world.now(),
    customer_mapping: given.customer_mapping ?? { event_payload_key: 'stripe_customer_id', type: 'by_id' },
    default_aggregation: given.default_aggregation,
    display_name: given.display_name,
    event_name: given.event_name,
    event_time_window: given.event_time_window ?? null,
    livemode: false,
    status: 'active',
    status_transitions: { deactivated_at: null },
    updated: world.now(),
    value_settings: given.value_settings ?? { event_payload_key: 'value' },
  };
  world.store.put('billing.meter', meter);
  emit(world, 'billing.meter.created', meter);
  return meter;
}

function activeMeter(world: World, eventName: string): Stripe.Billing.Meter | undefined {
  return world.store.all('billing.meter').find((one) => one.event_name === eventName && one.status === 'active');
}

const eventCreatable = {
  event_name: p.needed(p.text),
  identifier: p.text,
  payload: p.needed(p.hash(p.text)),
  timestamp: p.integer,
};

/** Records usage. An identifier counts once within 24 hours; using it again is an error. */
function createMeterEvent(world: World, given: p.Read<typeof eventCreatable>): Stripe.Billing.MeterEvent {
  const meter = activeMeter(world, given.event_name);
  if (!meter)
    throw invalid(`No active meter found for event name ${given.event_name}.`, 'event_name', 'resource_missing');
  const customer = given.payload[meter.customer_mapping.event_payload_key];
  if (!customer)
    throw invalid(`The payload lacks ${meter.customer_mapping.event_payload_key}.`, 'payload', 'parameter_missing');
  world.store.get('customer', customer, 'payload');
  const now = nowFor(world, customer);
  const value = Number(
    given.payload[meter.value_settings.event_payload_key] ??
      (meter.default_aggregation.formula === 'count' ? 1 : Number.NaN),
  );
  if (!Number.isFinite(value))
    throw invalid(`The payload's ${meter.value_settings.event_payload_key} must be a number.`, 'payload');
  const timestamp = given.timestamp ?? now;
  if (timestamp < now - PAST_DAYS * DAY || timestamp > now + FUTURE_SECONDS) {
    throw invalid(
      'The timestamp must be within the past 35 calendar days and at most 5 minutes in the future.',
      'timestamp',
      'timestamp_out_of_range',
    );
  }
  const identifier = given.identifier ?? newId(world, 'mevt', 20);
  const known = world.notes.usage.find(
    (one) => one.meter === meter.id && one.identifier === identifier && now - one.created < DAY,
  );
  if (known) {
    throw invalid(`An event already exists with identifier ${identifier}.`, 'identifier', 'duplicate_meter_event');
  }
  world.notes.usage.push({ meter: meter.id, customer, value, timestamp, created: now, identifier, cancelled: false });
  return {
    object: 'billing.meter_event',
    created: now,
    event_name: given.event_name,
    identifier,
    livemode: false,
    payload: given.payload,
    timestamp,
  };
}

const adjustment = {
  cancel: p.object({ identifier: p.needed(p.text) }),
  event_name: p.needed(p.text),
  type: p.needed(p.oneOf('cancel')),
};

/** Cancels a meter event, up to 24 hours after it was received. */
function adjust(world: World, given: p.Read<typeof adjustment>): Stripe.Billing.MeterEventAdjustment {
  const meter = activeMeter(world, given.event_name);
  const record = world.notes.usage.find(
    (one) => one.meter === meter?.id && one.identifier === given.cancel?.identifier,
  );
  if (!record || record.cancelled || nowFor(world, record.customer) - record.created > DAY) {
    throw invalid(
      'No meter event with this identifier was received within the last 24 hours.',
      'cancel[identifier]',
      'resource_missing',
    );
  }
  record.cancelled = true;
  return {
    object: 'billing.meter_event_adjustment',
    cancel: { identifier: record.identifier },
    event_name: given.event_name,
    livemode: false,
    status: 'complete',
    type: 'cancel',
  };
}

const summarized = {
  ...pagination,
  customer: p.needed(p.text),
  end_time: p.needed(p.integer),
  start_time: p.needed(p.integer),
  value_grouping_window: p.oneOf('day', 'hour'),
};

function summarize(
  world: World,
  given: p.Read<typeof summarized>,
  meter: Stripe.Billing.Meter,
): Stripe.ApiList<Stripe.Billing.MeterEventSummary> {
  const step = given.value_grouping_window === 'day' ? DAY : given.value_grouping_window === 'hour' ? 3600 : 60;
  if (given.start_time % step !== 0 || given.end_time % step !== 0) {
    throw invalid('start_time and end_time must align with the window.', 'start_time');
  }
  const windows = given.value_grouping_window ? (given.end_time - given.start_time) / step : 1;
  const width = given.value_grouping_window ? step : given.end_time - given.start_time;
  const summaries = Array.from({ length: windows }, (_, index) => {
    const start = given.start_time + index * width;
    return {
      id: `mtrusg_test_${meter.id.slice(9, 17)}${start}`,
      object: 'billing.meter_event_summary' as const,
      aggregated_value: usageIn(world, meter.id, given.customer, { start, end: start + width }),
      end_time: start + width,
      livemode: false,
      meter: meter.id,
      start_time: start,
    };
  });
  return page(summaries, given, `/v1/billing/meters/${meter.id}/event_summaries`);
}

function turn(world: World, id: string, active: boolean): Stripe.Billing.Meter {
  const meter = world.store.get('billing.meter', id);
  emitChange(world, active ? 'billing.meter.reactivated' : 'billing.meter.deactivated', meter, () => {
    meter.status = active ? 'active' : 'inactive';
    meter.status_transitions.deactivated_at = active ? null : world.now();
    meter.updated = world.now();
  });
  return meter;
}

export const meterRoutes: Route[] = [
  route('POST /v1/billing/meters', creatable, createMeter),
  retrieve('/v1/billing/meters', 'billing.meter'),
  route('POST /v1/billing/meters/:id', { display_name: p.text }, (world, given, { id }) => {
    const meter = world.store.get('billing.meter', id);
    emitChange(world, 'billing.meter.updated', meter, () => {
      if (given.display_name) meter.display_name = given.display_name;
      meter.updated = world.now();
    });
    return meter;
  }),
  listing(
    '/v1/billing/meters',
    'billing.meter',
    { status: p.oneOf('active', 'inactive') },
    (meter, asked) => !asked.status || meter.status === asked.status,
  ),
  route('POST /v1/billing/meters/:id/deactivate', {}, (world, _, { id }) => turn(world, id, false)),
  route('POST /v1/billing/meters/:id/reactivate', {}, (world, _, { id }) => turn(world, id, true)),
  route('GET /v1/billing/meters/:id/event_summaries', summarized, (world, given, { id }) =>
    summarize(world, given, world.store.get('billing.meter', id)),
  ),
  route('POST /v1/billing/meter_events', eventCreatable, createMeterEvent),
  route('POST /v1/billing/meter_event_adjustments', adjustment, adjust),
];
