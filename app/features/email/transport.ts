/** The port through which emails leave, and its capturing implementation for tests. The real one is `smtp-transport.ts`. */

export interface OutgoingEmail {
  /** With angle brackets; the same for every try of an email, so that a receiver can tell a repetition. */
  messageId: string;
  /** `Name <mailbox>` or a mailbox. */
  from: string;
  /** One mailbox. */
  to: string;
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
}

export type SendOutcome =
  /** The server has taken responsibility for the email. `response` is what it said. */
  | { kind: 'accepted'; response: string }
  /** This email will never be accepted. */
  | { kind: 'refused'; reason: string }
  /** The server has all of the email, and did not say what it does with it. It may have accepted it, so another try may be a second copy. */
  | { kind: 'unanswered'; reason: string }
  /** It may be accepted later. */
  | { kind: 'unavailable'; reason: string };

export interface EmailTransport {
  /**
   * Tries once, for as long as the protocol allows. Does not throw for what a mail server or a network does. Reasons hold no addresses.
   * @param onContentSent called when all of the email has been handed over, and only the answer is missing
   */
  send(email: OutgoingEmail, signal: AbortSignal, onContentSent?: () => void): Promise<SendOutcome>;
  /** Connects and signs in, and sends nothing. @returns what is wrong, without a secret; undefined when all is well */
  probe(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Keeps emails instead of sending them. `answer` decides what becomes of one; by default all are accepted. */
export function createCapturingTransport(
  answer: (email: OutgoingEmail) => SendOutcome | Promise<SendOutcome> = () => ({
    kind: 'accepted',
    response: '250 ok',
  }),
): EmailTransport & { readonly sent: OutgoingEmail[] } {
  const sent: OutgoingEmail[] = [];
  return {
    sent,
    async send(email) {
      const outcome = await answer(email);
      if (outcome.kind === 'accepted') sent.push(email);
      return outcome;
    },
    async probe() {
      return undefined;
    },
    async close() {},
  };
}
