/** Usage: meter events aggregated by the meter's formula (docs.stripe.com/billing/subscriptions/usage-based). */
import type { World } from '../../world/world.ts';
import type { Period } from './periods.ts';

/** A customer's usage on a meter within a period (start included, end excluded); 0 without a meter. */
export function usageIn(world: World, meterId: string | null, customer: string, period: Period): number {
  if (!meterId) return 0;
  const meter = world.store.get('billing.meter', meterId);
  const records = world.notes.usage.filter(
    (one) =>
      one.meter === meterId &&
      one.customer === customer &&
      !one.cancelled &&
      one.timestamp >= period.start &&
      one.timestamp < period.end,
  );
  if (meter.default_aggregation.formula === 'count') return records.length;
  if (meter.default_aggregation.formula === 'last') {
    return records.reduce((last, one) => (one.timestamp >= last.timestamp ? one : last), { value: 0, timestamp: 0 })
      .value;
  }
  return records.reduce((sum, one) => sum + one.value, 0);
}
