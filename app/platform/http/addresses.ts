/** IP addresses of clients, in one form: sessions, audit events and rate limits compare them as text. */
import ipaddr from 'ipaddr.js';

/**
 * Reads an address as proxies write it: with a port (Azure's gateways and IIS append one), in brackets, quoted (RFC 7239), with a zone, or as IPv4 in IPv6.
 * @returns IPv4 as `203.0.113.7`, IPv6 compressed and without a zone; undefined for anything else
 */
export function canonicalAddress(text: string): string | undefined {
  const unquoted = text.trim().replace(/^"(.*)"$/, '$1');
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(unquoted) ?? [];
  const [, beforePort] = /^([\d.]+):\d+$/.exec(unquoted) ?? [];
  const bare = (bracketed ?? beforePort ?? unquoted).replace(/%.*$/, '');
  // Only four decimal numbers: other spellings of IPv4 (one number, octal) come from no proxy.
  if (!ipaddr.IPv6.isValid(bare) && !ipaddr.IPv4.isValidFourPartDecimal(bare)) return undefined;
  return ipaddr.process(bare).toString();
}
