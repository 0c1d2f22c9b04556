/** Where webhooks may be sent: which URLs can be stored, and which addresses may be connected to. */
import ipaddr from 'ipaddr.js';

export interface DestinationRules {
  ports: readonly number[];
  /** In development and tests: `http` and any port, to addresses of this machine alone. */
  loopback: boolean;
}

/** @returns why webhooks cannot be sent to a URL, in words for the person who gave it; undefined if they can */
export function faultOf(text: string, { ports, loopback }: DestinationRules): string | undefined {
  if (!URL.canParse(text)) return 'It is not a URL.';
  const url = new URL(text);
  if (url.username || url.password) return 'It must not have a user name or a password. Verify the signature instead.';
  if (url.hash) return 'It must not have a fragment.';
  if (loopback && isLoopbackName(url.hostname)) return undefined;
  if (url.protocol !== 'https:') return 'It must begin with https://.';
  if (!ports.includes(Number(url.port || 443))) return `Its port must be one of: ${ports.join(', ')}.`;
  return undefined;
}

function isLoopbackName(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || (ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback');
}

/** RFC 4291: what is routed on the internet is below this block. */
const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');
/** Within it, and yet not of one machine on the internet: the library calls it unicast (RFC 9602, 9780). */
const NOT_GLOBAL = ['3fff::/20', '5f00::/16', '100::/64', '100:0:0:1::/64'].map((block) =>
  ipaddr.IPv6.parseCIDR(block),
);

/**
 * True for addresses of machines on the internet, by list: everything else is refused, also ranges that are not assigned today.
 * @param text as the resolver or a URL has it
 */
export function isPublic(text: string): boolean {
  const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return false;
  const address = ipaddr.parse(bare);
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast';
  // Forms of IPv4 inside of IPv6 (mapped, NAT64, 6to4, Teredo) have ranges of their own, and are refused with them.
  return address.range() === 'unicast' && address.match(GLOBAL) && !NOT_GLOBAL.some((block) => address.match(block));
}

/** @returns true if a connection to the address may be made */
export function mayConnect(address: string, { loopback }: DestinationRules): boolean {
  return isPublic(address) || (loopback && isLoopbackName(address));
}
