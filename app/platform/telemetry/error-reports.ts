/**
 * Where unexpected errors are reported to people, beside the log. Not here: which errors are unexpected. That is decided where they
 * end: `http/problems.ts`, `jobs/jobs.ts` and the end of the process.
 */
export interface ErrorContext {
  /** What failed: `GET /v1/users/me`, the name of a queue. Bounded, never a raw path. */
  readonly where: string;
  /** Whether it ends the process. */
  readonly fatal?: boolean;
  readonly userId?: string | undefined;
  /** Ids to search by; none of a person. */
  readonly tags?: Readonly<Record<string, string | undefined>>;
}

export interface ErrorReports {
  /** Reports an error in the trace that runs now; the same error object once, however many boundaries it passes. Never throws. */
  report(error: unknown, context: ErrorContext): void;
  /**
   * Says that a scheduled job begins, so that one which never does is noticed.
   * @param cron five fields, in UTC
   * @returns a function to call at its end
   */
  checkIn(name: string, cron: string): (succeeded: boolean) => void;
  /** Sends what is left, for at most `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/** Where no place for them is set: the log has them anyway. */
export const noErrorReports: ErrorReports = {
  report() {},
  checkIn: () => () => {},
  async close() {},
};
