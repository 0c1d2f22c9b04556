/** What an email address is to this service: one mailbox, comparable, and never more than one header value. */
import { domainToASCII } from 'node:url';

const LOCAL_PART = /^[^\s@<>()[\]\\,;:"\p{Cc}\p{Cf}\p{Cs}]{1,64}$/u;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The form in which an address is stored, compared and emailed to: NFC, lower case, an international domain in ASCII. Lower-casing the local part departs from
 * RFC 5321 section 2.4 as every large provider does; quoted local parts and address literals are refused.
 * @returns null when the text is no address that email can be sent to
 */
export function parseAddress(text: string): string | null {
  const address = text.normalize('NFC').trim().toLowerCase();
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = domainToASCII(address.slice(at + 1));
  const labels = domain.split('.');
  const valid =
    at > 0 &&
    LOCAL_PART.test(local) &&
    !local.startsWith('.') &&
    !local.endsWith('.') &&
    !local.includes('..') &&
    labels.length >= 2 &&
    domain.length <= 253 &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1)!);
  return valid && Buffer.byteLength(local) <= 64 ? `${local}@${domain}` : null;
}

/** The domain of a mailbox, or of `Name <mailbox>`. */
export function domainOf(mailbox: string): string {
  return /@([^@<>\s]+)>?\s*$/.exec(mailbox)?.[1] ?? 'localhost';
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
