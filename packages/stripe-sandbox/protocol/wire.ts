/** Objects for the wire: copies without the fields that Stripe includes only on request (docs.stripe.com/expand). */

/** Fields that are stored with the object, but shown only when `expand` names them. */
export const HIDDEN: Readonly<Record<string, readonly string[]>> = {
  coupon: ['applies_to', 'currency_options'],
  price: ['tiers', 'currency_options'],
  plan: ['tiers'],
};

/** A copy of `value` without the hidden fields. */
export function wire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wire);
  if (typeof value !== 'object' || value === null) return value;
  const hidden = HIDDEN[(value as { object?: string }).object ?? ''];
  const copy: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined && !hidden?.includes(key)) copy[key] = wire(field);
  }
  return copy;
}
