/** Stopping mirrors starting: what opens a thing adds its close here, and they run in reverse. */
import type { ErrorReports } from './platform/telemetry/error-reports.ts';
import type { Logger } from './platform/telemetry/logger.ts';

/** After the limit the process ends whatever still runs. */
export class Close {
  readonly #logger: Logger;
  /** How long stopping may take, in milliseconds. */
  readonly limitMs: number;
  readonly #closers: { name: string; close: () => Promise<unknown> }[] = [];
  #deadline = Number.POSITIVE_INFINITY;

  constructor(logger: Logger, limitMs: number) {
    this.#logger = logger;
    this.limitMs = limitMs;
  }

  add(name: string, close: () => Promise<unknown>): void {
    this.#closers.push({ name, close });
  }

  /** True if the process has been told to stop. */
  get stopping(): boolean {
    return this.#deadline !== Number.POSITIVE_INFINITY;
  }

  /** Milliseconds until the limit. */
  remainingMs(): number {
    return Math.max(0, Math.min(this.limitMs, this.#deadline - Date.now()));
  }

  /** Runs the closers and exits with 0; the second call exits at once. */
  stop(reason: string, exitCode = 0): void {
    if (this.stopping) {
      this.#logger.warn({ reason }, 'stopped at once');
      process.exit(exitCode || 1);
    }
    this.#deadline = Date.now() + this.limitMs;
    this.#logger.info({ reason }, 'stopping');
    void this.#run(exitCode);
  }

  /** An error that nobody caught leaves the process in an unknown state: it is logged and reported, and the process ends. */
  exitOnCrash(errors: ErrorReports): void {
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (err: unknown) => {
        this.#logger.fatal({ err }, event);
        errors.report(err, { where: event, fatal: true });
        this.stop(event, 1);
      });
    }
  }

  async #run(exitCode: number): Promise<void> {
    let code = exitCode;
    for (const { name, close } of this.#closers.reverse()) {
      const late = new Promise<'late'>((resolve) => setTimeout(resolve, this.remainingMs() + 500, 'late').unref());
      try {
        if ((await Promise.race([close(), late])) === 'late') {
          this.#logger.warn({ part: name }, 'did not close in time');
          code ||= 1;
        }
      } catch (err) {
        this.#logger.warn({ err, part: name }, 'did not close cleanly');
      }
    }
    this.#logger.info('stopped');
    process.exit(code);
  }
}
