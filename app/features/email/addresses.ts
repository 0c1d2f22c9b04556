/** What an email address is to this service: one mailbox, comparable, and never more than one header value. */
import { domainToASCII } from 'node:url';

/** A local part and a domain of full length (RFC 5321 sections 4.5.3.1.1 and 4.5.3.1.2); servers may accept less. */
const MAX_LENGTH = 64 + 1 + 255;
/**
 * One addr-spec without quoting or comments: nothing that separates recipients, ends a header line or opens a bracket. Stricter than
 * RFC 5322 on purpose: quoted local parts are never typed by people, and often misread by programs.
 */
const MAILBOX = /^[^\s\p{Cc}\p{Cf}@<>()[\]\\,;:"]+@[^\s\p{Cc}\p{Cf}@<>()[\]\\,;:"]+$/u;

/** Whether `address` is one mailbox that can be mailed. */
export function isMailbox(address: string): boolean {
  return address.length <= MAX_LENGTH && address.isWellFormed() && MAILBOX.test(address);
}

/**
 * The form in which addresses are compared: lower case, the domain in ASCII (providers report `xn--` domains).
 * @returns undefined for what is no mailbox
 */
export function normalizeAddress(address: string): string | undefined {
  const trimmed = address.normalize('NFC').trim();
  if (!isMailbox(trimmed)) return undefined;
  const at = trimmed.lastIndexOf('@');
  const domain = domainToASCII(trimmed.slice(at + 1));
  return domain === '' ? undefined : `${trimmed.slice(0, at)}@${domain}`.toLowerCase();
}

/** `text` for logs and error columns: one line, no addresses, at most `maxLength` characters. */
export function withoutAddresses(text: string, maxLength = 200): string {
  return text
    .toWellFormed()
    .replace(/[^\s<>,;:"']*@[^\s<>,;:"']+/g, '[address]')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, maxLength)
    .toWellFormed();
}
