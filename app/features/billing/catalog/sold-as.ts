/** What of the catalog a price at Stripe sells. `catalog sync` says so in the price's metadata. */
export interface SoldAs {
  kind: 'plan' | 'usage' | 'product';
  /** The plan that it is, or whose usage it counts; possibly one that the catalog no longer has. */
  plan: string | undefined;
}

/** @returns undefined for a price that is not of the catalog, such as an add-on that somebody sells in Stripe's dashboard */
export function soldAs({ metadata: { kind, plan } }: { metadata: Record<string, string> }): SoldAs | undefined {
  return kind === 'plan' || kind === 'usage' || kind === 'product' ? { kind, plan } : undefined;
}
