/** The mailbox of development, for the journeys in TypeScript. */

const MAILBOX_URL = process.env.MAILBOX_URL;

/** An address that nobody has used. */
export const newAddress = () => `client-${crypto.randomUUID()}@example.com`;

/** Waits for an email to the address. @returns the token of the link in it */
export async function emailedToken(address: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const emails = (await (await fetch(`${MAILBOX_URL}/api/email`)).json()) as Email[];
    const email = emails.find(({ to }) => to.some((recipient) => recipient.address === address));
    const token = /[?&]token=([A-Za-z0-9_-]+)/.exec(email?.text ?? '')?.[1];
    if (token) return token;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`No email to ${address} arrived within 20 s.`);
}

interface Email {
  to: { address: string }[];
  text: string;
}
