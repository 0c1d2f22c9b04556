/** The actions of operators on emails: from the command line, and over the API (`features/operator`). */
import type { Transaction } from '../../platform/database/database.ts';
import type { EmailSummary, ListOptions, RetryOptions } from './dead-letters.ts';
import type { SuppressionRow } from './suppression.ts';

export interface EmailOperations {
  /** Emails, the newest first, without their content. */
  list(options?: ListOptions): Promise<EmailSummary[]>;
  /** One of them. */
  find(id: string): Promise<EmailSummary | undefined>;
  /** Asks the mail server whether it would take email. @returns what is wrong; undefined when all is well */
  probe(): Promise<string | undefined>;
  /** Queues failed emails again. @returns how many */
  retry(options?: RetryOptions): Promise<number>;
  /** Stops all email to an address, by hand. @returns false when it is no mailbox */
  suppress(address: string, detail?: string): Promise<boolean>;
  /** Lets an address be emailed again, bulk email included. @returns whether it was suppressed. @param alongside runs in the transaction, if it is; throwing refuses */
  unsuppress(address: string, alongside?: (tx: Transaction) => Promise<unknown>): Promise<boolean>;
  /** Why an address gets no email, or no bulk email. */
  suppressions(address: string): Promise<SuppressionRow[]>;
}
