/** Where requests to servers that others name may go: which URLs can be stored, e.g. for webhooks, and which addresses may be connected to. */
import { BlockList, isIP } from 'node:net';

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
  return bare === 'localhost' || isWithin(LOOPBACK, bare);
}

const LOOPBACK = blocksOf(['127.0.0.0/8', '::1/128']);

/** RFC 4291: what is routed on the internet is within this block, and everything outside of it is refused. */
const GLOBAL = blocksOf(['2000::/3']);
/** Within it, and yet not of one machine on the internet: the registries of RFC 6890, and 6to4, which holds addresses of IPv4. */
const NOT_GLOBAL = blocksOf(['2001::/23', '2001:db8::/32', '2002::/16', '3ffe::/16', '3fff::/20']);
/** The same of IPv4, where all other addresses are of machines. */
const NOT_GLOBAL_IPV4 = blocksOf([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
]);

/**
 * True for addresses of machines on the internet, by list: everything else is refused, also ranges that are not assigned today, and the forms of
 * IPv4 inside of IPv6 (mapped, NAT64, Teredo). Bytes are compared, so that the spelling does not matter.
 * @param text as the resolver or a URL has it
 */
export function isPublic(text: string): boolean {
  const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) === 4) return !isWithin(NOT_GLOBAL_IPV4, bare);
  return isWithin(GLOBAL, bare) && !isWithin(NOT_GLOBAL, bare);
}

function blocksOf(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address, bits] = block.split('/');
    list.addSubnet(address!, Number(bits), familyOf(address!));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** A form of IPv4 that is mapped into IPv6 is within the blocks of IPv4 too. */
function isWithin(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, familyOf(address));
}

/** @returns true if a connection to the address may be made */
export function mayConnect(address: string, { loopback }: DestinationRules): boolean {
  return isPublic(address) || (loopback && isLoopbackName(address));
}
