/** What happened last in the service that runs in development, for its home page: emails, and unexpected errors. */
import type { ErrorReports } from '../app/platform/telemetry/error-reports.ts';
import { scrub } from '../app/platform/telemetry/scrubbing.ts';

export interface RecentError {
  readonly at: Date;
  /** The operation or the queue. */
  readonly where: string;
  readonly message: string;
}

export interface RecentEmail {
  readonly template: string;
  readonly to: string;
  readonly status: string;
  readonly createdAt: Date;
}

export interface Recent {
  emails(): Promise<readonly RecentEmail[]>;
  errors(): readonly RecentError[];
}

/** How many of each the page shows. */
export const SHOWN = 5;

/** The same reports, which are also remembered here: the last ones, as long as the process runs. */
export function rememberErrors(reports: ErrorReports): { reports: ErrorReports; last(): readonly RecentError[] } {
  let last: RecentError[] = [];
  return {
    last: () => last,
    reports: {
      ...reports,
      report(error, context) {
        const message = scrub(error instanceof Error ? error.message : String(error)).slice(0, 300);
        last = [{ at: new Date(), where: context.where, message }, ...last].slice(0, SHOWN);
        reports.report(error, context);
      },
    },
  };
}
