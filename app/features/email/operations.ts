/** The actions of operators on emails, from the command line. */
import type { EmailSummary, ListOptions } from './dead-letters.ts';

export interface EmailOperations {
  /** Emails, the newest first, without their content. */
  list(options?: ListOptions): Promise<EmailSummary[]>;
  /** Asks the mail server whether it would take email. @returns what is wrong; undefined when all is well */
  probe(): Promise<string | undefined>;
  /** Queues failed emails again. @returns how many */
  retry(options?: { id?: string | undefined }): Promise<number>;
  /** Stops all email to an address, by hand. @returns false when it is no mailbox */
  suppress(address: string, detail?: string): Promise<boolean>;
  /** Lets an address be emailed again, bulk email included. @returns whether it was suppressed */
  unsuppress(address: string): Promise<boolean>;
}
