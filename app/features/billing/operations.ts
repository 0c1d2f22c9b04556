/** The actions of operators on billing, from the command line. Over the API: `routes/operating.ts`. */
import type { CatalogStep } from './catalog/catalog-sync.ts';
import type { NewGrant } from './entitlement/grants.ts';
import type { Difference } from './projection/differences.ts';
import type { Swept } from './projection/reconciliation.ts';
import type { RefundInvoice } from './purchase/refunds.ts';
import type { RevokeProduct } from './purchase/revocations.ts';
import type { Grant } from './schema.ts';

export interface BillingOperations {
  /** True if there is a Stripe to ask. */
  readonly enabled: boolean;
  /** The types of events that the webhook endpoint at Stripe should be sent. */
  readonly webhookEvents: readonly string[];
  /** Makes Stripe equal to the catalog, or only tells. @throws Error when billing is off */
  syncCatalog(options: { apply: boolean }): Promise<CatalogStep[]>;
  /** Fetches lost events, compares every customer, and repairs or only tells. */
  reconcile(options: { apply: boolean; found?: (difference: Difference) => void }): Promise<Swept & { events: number }>;
  refund: RefundInvoice;
  /** Moves the end of a trial. @throws as `ExtendTrial` */
  extendTrial(organizationId: string, until: Date, reason: string): Promise<void>;
  /** Grants a feature, or more of a limit. @throws `not_found`; as `Grants.add` */
  grant(organizationId: string, grant: NewGrant): Promise<Grant>;
  revoke: RevokeProduct;
  /** Lists the faults of the webhook endpoint at Stripe. @throws `payments_unavailable` */
  checkEndpoint(): Promise<string[]>;
  /** Makes it so. @returns its signing secret, where one had to be made. @throws `payments_unavailable` */
  setUpEndpoint(): Promise<string | undefined>;
}
