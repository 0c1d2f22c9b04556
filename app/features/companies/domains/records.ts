/** Asks nameservers for the TXT records that prove domains. */
import { Resolver } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** @returns the texts of the TXT records of a name; none if it does not exist. @throws LookupFailed where nobody said so */
export type TxtLookup = (name: string) => Promise<string[]>;

/** No nameserver answered in time, or one answered with an error. */
export class LookupFailed extends Error {
  override readonly name = 'LookupFailed';
}

/** The nameservers have said that there is no such record: NXDOMAIN, or a name without one (RFC 2308). */
const ABSENT = ['ENOTFOUND', 'ENODATA'];
/** A question is repeated once, and given up after so long in all, in milliseconds. */
const TRY_MS = 2_000;
const TIMEOUT_MS = 5_000;

/** @param servers those to ask; empty: those of the operating system */
export function createTxtLookup(servers: readonly string[]): TxtLookup {
  return async (name) => {
    const resolver = new Resolver({ timeout: TRY_MS, tries: 2 });
    if (servers.length > 0) resolver.setServers(servers);
    const ended = new AbortController();
    const limit = delay(TIMEOUT_MS, undefined, { signal: ended.signal, ref: false }).then(
      () => resolver.cancel(),
      () => {},
    );
    try {
      const records = await resolver.resolveTxt(name);
      // A record of more than 255 bytes consists of several strings (RFC 7208 section 3.3).
      return records.map((strings) => strings.join(''));
    } catch (error) {
      const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException;
      if (ABSENT.includes(code)) return [];
      throw new LookupFailed(`${name} could not be looked up: ${code}`, { cause: error });
    } finally {
      ended.abort();
      await limit;
    }
  };
}
