/** The checks of `doctor`: what a mechanism or a feature examines in a live installation. */
export interface Finding {
  check: string;
  ok: boolean;
  /** The finding, and the advice if it is bad. */
  detail: string;
}

/** @param service the part of the service that the check needs */
export type Check<Used> = (service: Used) => Promise<Finding>;

/** The checks of `doctor` for one feature. */
export interface FeatureChecks<Used> {
  /** The checks of the service itself; these run before the job queues are examined. */
  readonly own?: readonly Check<Used>[];
  /** The checks of a provider that the service depends on, e.g. the mail server; these run last. */
  readonly providers?: readonly Check<Used>[];
}

/** @returns why something could not be asked, in a few words */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  // A host of several addresses, of which none answered.
  return cause.message || (cause as { code?: string }).code || cause.name;
}
