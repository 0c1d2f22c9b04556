/**
 * Connects to servers that others name. The address is checked where the connection is made: a name may resolve to another address each time, so a check
 * at any other place would be of another answer.
 */
import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';
import { type DestinationRules, mayConnect } from './destinations.ts';

/** Thrown instead of connecting. */
export class BlockedAddress extends Error {
  override readonly name = 'BlockedAddress';
  constructor(host: string) {
    super(`${host} has no address that may be connected to`);
  }
}

export interface ConnectingOptions {
  rules: DestinationRules;
  timeoutMs: number;
  /** For tests; the resolver of the operating system if absent. */
  resolve?: LookupFunction | undefined;
  /** For tests: certificates of authorities to trust, in PEM; those of Node.js if absent. */
  authorities?: readonly string[] | undefined;
}

/** @returns a connector for undici that refuses what `rules` do. The library is loaded by the first: many processes never connect anywhere. */
export async function createConnector({
  rules,
  timeoutMs,
  resolve,
  authorities,
}: ConnectingOptions): Promise<buildConnector.connector> {
  const { buildConnector } = await import('undici');
  const lookup = guardedLookup(rules, resolve ?? (resolveName as LookupFunction));
  const trust = authorities && { ca: [...authorities] };
  const connect = buildConnector({
    timeout: timeoutMs,
    lookup,
    allowH2: false,
    ...trust,
  } as buildConnector.BuildOptions);
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    // Node.js asks no resolver for an address, so it is checked here.
    if (isIP(host) && !mayConnect(host, rules)) return callback(new BlockedAddress(host), null);
    return connect(options, callback);
  };
}

/** Leaves only addresses that may be connected to. */
function guardedLookup(rules: DestinationRules, resolve: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const all = (Array.isArray(found) ? found : [{ address: found, family: isIP(found) }]).filter(({ address }) =>
        mayConnect(address, rules),
      );
      const [first] = all;
      if (!first) return callback(new BlockedAddress(hostname), '');
      if (options.all) return callback(null, all);
      return callback(null, first.address, first.family);
    });
  };
}
