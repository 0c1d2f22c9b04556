/**
 * Reports unexpected errors to people, in addition to the log. `http/problems.ts`, `jobs/jobs.ts` and the end of the process decide which
 * errors are unexpected.
 */
export interface ErrorContext {
  /** The operation that failed: `GET /v1/users/me`, or the name of a queue. It has few different values, so it is never a raw path. */
  readonly where: string;
  /** True if the error ends the process. */
  readonly fatal?: boolean;
  readonly userId?: string | undefined;
  /** Ids to search by. None of them identifies a person. */
  readonly tags?: Readonly<Record<string, string | undefined>>;
}

export interface ErrorReports {
  /** Reports an error with the active trace. The same error object is reported only once, however many boundaries it passes. Never throws. */
  report(error: unknown, context: ErrorContext): void;
  /**
   * Reports the start of a scheduled job, so that a missing start is noticed.
   * @param cron five fields, in UTC
   * @returns a function to call at its end
   */
  checkIn(name: string, cron: string): (succeeded: boolean) => void;
  /** Sends the remaining reports, for at most `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/** Reports nothing, for processes without a configured destination. The log has the errors anyway. */
export const noErrorReports: ErrorReports = {
  report() {},
  checkIn: () => () => {},
  async close() {},
};
