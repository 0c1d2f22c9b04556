import { type TSchema, Type } from 'typebox';
import type { Operations } from '../../../platform/http/operations/operations.ts';
import { StatusOf, Timestamp } from '../../../platform/http/schemas.ts';
import type { Authorization } from '../../organizations/organizations.ts';
import { type MeterName, meterNames } from '../catalog/catalog.ts';
import type { Usage } from '../entitlement/usage.ts';
import { billingErrors } from '../errors.ts';
import { below, MeterText, UsageSum } from './representations.ts';

export interface UsageRoutesOptions {
  authorization: Authorization;
  usage: Usage;
}

const errors = [billingErrors.unknown_meter, billingErrors.invalid_period];

export function usageRoutes(operations: Operations, { authorization, usage }: UsageRoutesOptions): void {
  const { needs } = authorization;
  const organization = below(operations);

  organization.create('/usage', {
    guard: needs('usage:report'),
    operationId: 'reportUsage',
    summary: 'Report usage',
    description:
      'Counted, and billed where the plan has a price for it. Send an Idempotency-Key, so that a repetition counts once.',
    body: {
      meter: MeterText,
      quantity: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
      occurredAt: Type.Optional(Timestamp('When, if not now; at most 30 days ago.')),
    },
    example: { meter: 'apiCalls', quantity: 12 },
    status: 202,
    answer: StatusOf('UsageAccepted', 'accepted'),
    errors,
    async create(tx, { access, body: { meter, quantity, occurredAt } }) {
      const at = occurredAt === undefined ? undefined : new Date(occurredAt);
      await access.again(tx, 'usage:report');
      await usage.record(tx, access.organizationId, { meter: toMeter(meter), quantity, occurredAt: at });
      return { status: 'accepted' as const };
    },
  });

  organization.get('/usage', {
    guard: needs('billing:read'),
    operationId: 'getUsage',
    summary: 'Sum usage',
    query: {
      meter: exampleOf(MeterText, 'apiCalls'),
      from: exampleOf(Timestamp('Inclusive.'), '2026-11-01T00:00:00.000Z'),
      to: exampleOf(Timestamp('Exclusive.'), '2026-12-01T00:00:00.000Z'),
    },
    answer: UsageSum,
    errors,
    async get({ access, query }) {
      const meter = toMeter(query.meter);
      const [from, to] = [new Date(query.from), new Date(query.to)];
      if (from >= to) throw billingErrors.invalid_period({ detail: '`from` must be before `to`.' });
      const quantity = await usage.sum(access.organizationId, meter, from, to);
      return { meter, from: from.toISOString(), to: to.toISOString(), quantity };
    },
  });
}

function toMeter(text: string): MeterName {
  const meter = meterNames.find((known) => known === text);
  if (!meter) throw billingErrors.unknown_meter({ detail: `There is ${meterNames.join(', ')}.` });
  return meter;
}

function exampleOf<S extends TSchema>(schema: S, example: string): S {
  return { ...schema, examples: [example] };
}
