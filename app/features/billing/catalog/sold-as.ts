/** The part of the catalog that a price at Stripe sells. `catalog sync` writes it into the price's metadata. */
import { wantedProducts } from './wanted.ts';

export interface SoldAs {
  kind: 'plan' | 'usage' | 'product';
  /** The plan that it is, or whose usage it counts; possibly one that the catalog no longer has. */
  plan: string | undefined;
}

const byLookupKey = new Map(
  wantedProducts().flatMap(({ prices }) => prices.map(({ key, params }) => [key, params.metadata] as const)),
);

/**
 * @param price its lookup key counts where its metadata says nothing, since anybody can empty metadata in Stripe's dashboard
 * @returns undefined for a price that is not of the catalog, such as an add-on that somebody sells in the dashboard
 */
export function soldAs(price: { metadata: Record<string, string>; lookup_key: string | null }): SoldAs | undefined {
  return said(price.metadata) ?? said(byLookupKey.get(price.lookup_key ?? '') ?? {});
}

function said({ kind, plan }: Record<string, string>): SoldAs | undefined {
  if (kind === 'product') return { kind, plan: undefined };
  return (kind === 'plan' || kind === 'usage') && plan ? { kind, plan } : undefined;
}
