/** Reads emails where a stand-in of the mail server keeps them: the mailbox of `npm start`, or Mailpit under Docker Compose. */

/** An email as the demo reads it. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
}

export interface Mailbox {
  readonly url: string;
  /** @returns the newest email to `address` whose subject matches */
  find(address: string, subject: RegExp): Promise<Mail | undefined>;
}

/** @returns the first of the mailboxes that answers */
export async function openMailbox(urls: readonly string[]): Promise<Mailbox | undefined> {
  for (const url of urls)
    for (const open of [maildev, mailpit]) {
      const mailbox = open(url);
      const answers = await mailbox.find('', /^$/).then(
        () => true,
        () => false,
      );
      if (answers) return mailbox;
    }
  return undefined;
}

/** https://github.com/maildev/maildev/blob/master/docs/rest.md */
function maildev(url: string): Mailbox {
  return {
    url,
    async find(address, subject) {
      const mails = await get<MaildevMail[]>(`${url}/api/email`);
      const mail = mails.findLast(
        ({ to, subject: line }) => to.some((box) => box.address === address) && subject.test(line),
      );
      return mail && { subject: mail.subject, text: mail.text ?? mail.html };
    },
  };
}

/** https://mailpit.axllent.org/docs/api-v1/ */
function mailpit(url: string): Mailbox {
  return {
    url,
    async find(address, subject) {
      const { messages } = await get<{ messages: MailpitMail[] }>(`${url}/api/v1/messages?limit=200`);
      const mail = messages.find(
        ({ To, Subject }) => To.some((box) => box.Address === address) && subject.test(Subject),
      );
      if (!mail) return undefined;
      const { Text } = await get<{ Text: string }>(`${url}/api/v1/message/${mail.ID}`);
      return { subject: mail.Subject, text: Text };
    },
  };
}

interface MaildevMail {
  subject: string;
  text?: string;
  html: string;
  to: { address: string }[];
}

interface MailpitMail {
  ID: string;
  Subject: string;
  To: { Address: string }[];
}

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return (await response.json()) as T;
}
