/** Which domains can be claimed, and the form in which they are compared. */
import { parseAddress } from '../../email/email.ts';

/** Loaded by the first claim: the public suffix list and the list of mail hosts take 3 MB. */
const lists = async () => {
  const [{ getDomain }, { default: hosts }] = await Promise.all([
    import('tldts'),
    import('email-providers/all.json', { with: { type: 'json' } }),
  ]);
  return { getDomain, freeMail: new Set<string>(hosts) };
};
let loaded: ReturnType<typeof lists> | undefined;

/** @returns the domain of an address that is in its stored form */
export const domainOfAddress = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

/**
 * The form of a domain in which addresses have it: lower case, IDNA in ASCII (UTS 46), without a dot at the end.
 * @returns null when no address can have it
 */
export function parseDomain(text: string): string | null {
  const address = /[@\s]/.test(text.trim()) ? null : parseAddress(`a@${text.trim().replace(/\.$/, '')}`);
  return address && domainOfAddress(address);
}

/**
 * Says why nobody can claim a domain, for the person who tried: strangers to each other have addresses there.
 * @param domain as `parseDomain` returns it
 * @returns undefined if it can be claimed
 */
export async function refusalOf(domain: string): Promise<string | undefined> {
  loaded ??= lists();
  const { getDomain, freeMail } = await loaded;
  // The public suffix list (https://publicsuffix.org), its private part included: below a suffix, anybody registers names.
  const registered = getDomain(domain, { allowPrivateDomains: true });
  if (registered === null) return 'Below this domain, anybody can register names.';
  if (freeMail.has(domain) || freeMail.has(registered)) return 'Anybody can have an address at this domain.';
  return undefined;
}
